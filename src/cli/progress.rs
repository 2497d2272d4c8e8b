//! Progress of a simulation: a bar on a terminal, a line now and then elsewhere.

use std::sync::Condvar;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use equipoise::engine::{Ensemble, Headway};
use indicatif::{HumanCount, HumanDuration, ProgressBar, ProgressStyle};

use super::output::{is_live, note};

const BAR_EVERY: Duration = Duration::from_millis(200);
/// The first line comes after this time, each further one after twice as long as the one before.
const FIRST_LINE: Duration = Duration::from_secs(10);
const LONGEST_GAP: Duration = Duration::from_mins(10);
/// Steps of the bar.
const STEPS: u64 = 1000;

/// What is shown of an ensemble under way.
pub struct Progress<'a> {
    headway: &'a Headway,
    replicates: u64,
    end: f64,
    time_unit: &'a str,
    start: Instant,
    over: Mutex<bool>,
    change: Condvar,
}

/// Stops it when it goes out of scope, also by a panic.
struct Stop<'p, 'a>(&'p Progress<'a>);

impl Drop for Stop<'_, '_> {
    fn drop(&mut self) {
        self.0.stop();
    }
}

impl<'a> Progress<'a> {
    /// From now on.
    pub fn new(ensemble: &Ensemble<'_>, headway: &'a Headway, time_unit: &'a str) -> Self {
        Self {
            headway,
            replicates: ensemble.replicates,
            end: ensemble.times.last().copied().unwrap_or(0.0),
            time_unit,
            start: Instant::now(),
            over: Mutex::new(false),
            change: Condvar::new(),
        }
    }

    /// Does some work, and shows meanwhile how far it is.
    pub fn shown_unless<T>(&self, quiet: bool, work: impl FnOnce() -> T) -> T {
        std::thread::scope(|scope| {
            if !quiet {
                scope.spawn(|| self.show());
            }
            let _until_here = Stop(self);
            work()
        })
    }

    /// Shows how far it is until [`Progress::stop`] is called, by another thread.
    fn show(&self) {
        if is_live() { self.show_bar() } else { self.show_lines() }
    }

    /// The simulation is over.
    fn stop(&self) {
        *self.over.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = true;
        self.change.notify_all();
    }

    /// Waits; returns whether the simulation is over.
    fn wait(&self, time: Duration) -> bool {
        let over = self.over.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let waited = self.change.wait_timeout_while(over, time, |over| !*over);
        *waited.unwrap_or_else(std::sync::PoisonError::into_inner).0
    }

    fn show_bar(&self) {
        let style = ProgressStyle::with_template("{bar:30} {wide_msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::new(STEPS).with_style(style);
        while !self.wait(BAR_EVERY) {
            bar.set_position((self.fraction() * STEPS as f64) as u64);
            bar.set_message(self.words());
        }
        bar.finish_and_clear();
    }

    fn show_lines(&self) {
        let mut gap = FIRST_LINE;
        while !self.wait(gap) {
            note(&format!("{:3.0} %, {}", 100.0 * self.fraction(), self.words()));
            gap = LONGEST_GAP.min(2 * gap);
        }
    }

    fn fraction(&self) -> f64 {
        (self.headway.replicates() / self.replicates as f64).min(1.0)
    }

    /// Networks or, where there is but one, model time; jumps, their rate, and the time left.
    fn words(&self) -> String {
        let (done, jumps) = (self.headway.replicates(), self.headway.jumps());
        let elapsed = self.start.elapsed().as_secs_f64();
        let far = if self.replicates == 1 {
            format!("time {:.4} of {} {}", done * self.end, self.end, self.time_unit)
        } else {
            format!("{done:.1} of {} networks", self.replicates)
        };
        let rate = jumps as f64 / elapsed / 1e6;
        let left = elapsed * (1.0 / self.fraction() - 1.0);
        let left = if left.is_finite() {
            format!("{} left", HumanDuration(Duration::from_secs_f64(left)))
        } else {
            "time left unknown".to_owned()
        };
        format!("{far}, {} jumps ({rate:.1} million a second), {left}", HumanCount(jumps))
    }
}

#[cfg(test)]
mod tests {
    use equipoise::model::Scenario;

    use super::*;

    #[test]
    fn words_are_of_what_has_been_done() {
        let text = include_str!("../../scenarios/inhibition-stabilised.toml");
        let text = text.replace("n = 400", "n = 5").replace("replicates = 300", "replicates = 4");
        let scenario = Scenario::parse("test", &text).expect("a scenario");
        let ensemble = Ensemble::new(&scenario);
        let headway = Headway::default();
        let progress = Progress::new(&ensemble, &headway, "tau");
        assert!(progress.words().contains("0.0 of 4 networks, 0 jumps"));
        assert!(progress.words().contains("unknown"));
        let mut jumps = 0;
        let stop = std::sync::atomic::AtomicBool::new(false);
        let outcome = ensemble.run_reporting(&stop, &headway, |trajectory| {
            jumps += trajectory.jumps.iter().rev().take(4).sum::<u64>();
            Ok::<(), ()>(())
        });
        assert!(outcome.is_ok());
        assert_eq!((progress.fraction(), headway.jumps()), (1.0, jumps));
        assert!(progress.words().starts_with("4.0 of 4 networks"));
    }

    #[test]
    fn showing_ends_when_it_is_over() {
        let headway = Headway::default();
        let text = include_str!("../../scenarios/inhibition-stabilised.toml");
        let scenario = Scenario::parse("test", text).expect("a scenario");
        let progress = Progress::new(&Ensemble::new(&scenario), &headway, "tau");
        std::thread::scope(|scope| {
            scope.spawn(|| progress.show_lines());
            progress.stop();
        });
        assert!(progress.wait(Duration::from_secs(1000)));
    }
}
