//! Jobs without the lock of the interpreter: other Python threads go on, Ctrl-C is seen, and progress told.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use equipoise::engine::Headway;
use pyo3::prelude::*;

/// Signals are looked for, and progress is told, this often.
const EVERY: Duration = Duration::from_millis(50);
/// A job that was asked to stop is waited for this long.
const PATIENCE: Duration = Duration::from_secs(5);

/// Tells a Python function how far networks are: those that are done, of how many, and jumps.
pub struct Tell {
    progress: Option<Py<PyAny>>,
    headway: Arc<Headway>,
    networks: Arc<AtomicU64>,
}

impl Tell {
    /// Of nothing yet.
    pub fn new(progress: Option<Py<PyAny>>, headway: Arc<Headway>) -> Self {
        Self { progress, headway, networks: Arc::new(AtomicU64::new(0)) }
    }

    /// There will be so many networks.
    pub fn expect(&self, networks: u64) {
        self.networks.store(networks, Ordering::Relaxed);
    }

    /// The same number, for work that finds it out.
    pub fn expected(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.networks)
    }

    /// Tells it now.
    pub fn tell(&mut self, py: Python<'_>) -> PyResult<()> {
        let networks = self.networks.load(Ordering::Relaxed);
        match &self.progress {
            Some(progress) if networks > 0 => {
                let told = (self.headway.replicates(), networks, self.headway.jumps());
                progress.call1(py, told).map(drop)
            }
            _ => Ok(()),
        }
    }
}

/// Does work on a thread of its own and waits for it. When a signal raises an exception, as Ctrl-C does, or `tell` fails, `stop` is set and
/// the exception is returned.
pub fn run<T: Send + 'static>(
    py: Python<'_>,
    stop: &AtomicBool,
    tell: impl FnMut(Python<'_>) -> PyResult<()>,
    work: impl FnOnce() -> T + Send + 'static,
) -> PyResult<T> {
    watch(py, Some(stop), tell, work)
}

/// The same for work of moments, which tells nothing and cannot be stopped: after Ctrl-C it comes to its end unheard.
pub fn run_briefly<T: Send + 'static>(
    py: Python<'_>,
    work: impl FnOnce() -> T + Send + 'static,
) -> PyResult<T> {
    watch(py, None, |_| Ok(()), work)
}

fn watch<T: Send + 'static>(
    py: Python<'_>,
    stop: Option<&AtomicBool>,
    mut tell: impl FnMut(Python<'_>) -> PyResult<()>,
    work: impl FnOnce() -> T + Send + 'static,
) -> PyResult<T> {
    let (send, receive) = mpsc::channel();
    let receive = Mutex::new(receive);
    let worker = thread::spawn(move || {
        // Nobody may be waiting any longer.
        let _ = send.send(work());
    });
    loop {
        match py.detach(|| wait(&receive, EVERY)) {
            Ok(value) => return Ok(value),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                let panic = worker.join().expect_err("a worker that ends well has sent");
                std::panic::resume_unwind(panic);
            }
        }
        if let Err(error) = py.check_signals().and_then(|()| tell(py)) {
            if let Some(stop) = stop {
                stop.store(true, Ordering::Relaxed);
                let _ = py.detach(|| wait(&receive, PATIENCE));
            }
            return Err(error);
        }
    }
}

fn wait<T>(receive: &Mutex<Receiver<T>>, time: Duration) -> Result<T, RecvTimeoutError> {
    receive.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(time)
}
