//! A check in a child process, so that what crashes or loops in C code ends that alone, as in the program
//! (`src/job/reading.rs`).
//!
//! The child has the limits that the program gives, of time less, and ends in one of three ways: it comes to the end of
//! the check; it panics, which is a finding; or a signal ends it, which the program would report, and which therefore
//! counts as survived. A line on standard error says now and then how many there were.
//!
//! What of the code a child has come through is told to the parent at the end of the check; of a child that a signal
//! ended nothing is known. Comparisons of values, of which libFuzzer learns, too, are lost.

use std::ops::Range;
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use libc::c_int;

/// Exit status of a child that panicked.
const PANICKED: c_int = 101;
/// Bytes that a child may have, and seconds of computing.
const LIMITS: [(libc::__rlimit_resource_t, u64); 3] =
    [(libc::RLIMIT_AS, 2 << 30), (libc::RLIMIT_CPU, 2), (libc::RLIMIT_CORE, 0)];
/// Signals for which libFuzzer has handlers: it would take what they say for a finding.
const SIGNALS: [c_int; 6] =
    [libc::SIGSEGV, libc::SIGBUS, libc::SIGABRT, libc::SIGILL, libc::SIGFPE, libc::SIGXCPU];
/// A line is printed for so many inputs.
const LINE_EVERY: u64 = 1000;

static INPUTS: AtomicU64 = AtomicU64::new(0);
static SURVIVED: AtomicU64 = AtomicU64::new(0);

unsafe extern "C" {
    // The counters of all instrumented code, as the linker names their beginning and end. The first character keeps them apart from what the
    // compiler declares under these names.
    #[link_name = "\x01__start___sancov_cntrs"]
    static mut FIRST: u8;
    #[link_name = "\x01__stop___sancov_cntrs"]
    static mut END: u8;
}

/// Runs a check in a child process.
///
/// # Panics
/// If the check panics, or no process can be made.
pub fn check(check: impl FnOnce()) {
    let shared = shared();
    // SAFETY: the child uses nothing that another thread could have locked but for the allocator, to which `fork` sees.
    let child = unsafe { libc::fork() };
    assert!(child >= 0, "no process can be made");
    if child == 0 {
        prepare();
        check();
        let counters = counters();
        // SAFETY: `shared` has room for all counters; the process ends without what the parent does at its exit.
        unsafe {
            ptr::copy_nonoverlapping(counters.start, shared, length(&counters));
            libc::_exit(0);
        }
    }
    let status = status(child);
    let code = libc::WIFEXITED(status).then(|| libc::WEXITSTATUS(status));
    assert!(code != Some(PANICKED), "the child panicked, as it says above");
    let counters = counters();
    if code == Some(0) {
        // SAFETY: the child has written all of them, and nothing else writes them.
        unsafe { ptr::copy_nonoverlapping(shared, counters.start, length(&counters)) };
    }
    count(code != Some(0));
}

/// How a child ended.
fn status(child: libc::pid_t) -> c_int {
    let mut status = 0;
    // SAFETY: `status` outlives the call.
    while unsafe { libc::waitpid(child, &raw mut status, 0) } != child {
        // libFuzzer's clock rings.
        let error = std::io::Error::last_os_error();
        assert!(error.kind() == std::io::ErrorKind::Interrupted, "{error}");
    }
    status
}

/// Makes a process that is a child what the program's is.
fn prepare() {
    std::panic::set_hook(Box::new(|panic| {
        eprintln!("{panic}");
        // SAFETY: it ends the process.
        unsafe { libc::_exit(PANICKED) };
    }));
    for signal in SIGNALS {
        // SAFETY: the default action needs nothing.
        unsafe { libc::signal(signal, libc::SIG_DFL) };
    }
    for (resource, most) in LIMITS {
        let limit = libc::rlimit { rlim_cur: most, rlim_max: most };
        // SAFETY: `limit` outlives the call.
        unsafe { libc::setrlimit(resource, &raw const limit) };
    }
}

fn count(survived: bool) {
    let survived = SURVIVED.fetch_add(u64::from(survived), Ordering::Relaxed) + u64::from(survived);
    let inputs = INPUTS.fetch_add(1, Ordering::Relaxed) + 1;
    if inputs.is_multiple_of(LINE_EVERY) {
        eprintln!("{inputs} inputs, of which {survived} ended their process by a signal");
    }
}

fn counters() -> Range<*mut u8> {
    &raw mut FIRST..&raw mut END
}

fn length(counters: &Range<*mut u8>) -> usize {
    counters.end as usize - counters.start as usize
}

/// Room for all counters, in memory that parent and children share.
fn shared() -> *mut u8 {
    static SHARED: OnceLock<usize> = OnceLock::new();
    let address = SHARED.get_or_init(|| {
        let (access, flags) =
            (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED | libc::MAP_ANONYMOUS);
        // SAFETY: it asks for memory anywhere.
        let room =
            unsafe { libc::mmap(ptr::null_mut(), length(&counters()), access, flags, -1, 0) };
        assert!(room != libc::MAP_FAILED, "no memory can be had");
        room as usize
    });
    *address as *mut u8
}
