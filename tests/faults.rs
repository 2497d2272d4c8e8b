//! What goes wrong around a run while it goes on: a full disk, a file that vanishes, two programs on one file, signals, a closed terminal.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use common::{Place, Run, groups};
use equipoise::store::read_header;

/// A run of a second or two that records much.
const MUCH: &str = "simulate scenarios/inhibition-stabilised.toml --set n=100 --set ensemble.replicates=60 --set record.spikes=all \
--set record.activity=0.01 --checkpoint 0.1";
/// One that does not come to its end.
const ENDLESS: &str = "simulate scenarios/inhibition-stabilised.toml --set n=20 --set ensemble.replicates=2000000 --checkpoint 0.1";

/// Starts a run and waits until it has written something.
fn start(place: &Place, arguments: &str, result: &str) -> Child {
    let mut command = place.command(arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let checkpoint = place.path(&format!("{result}.checkpoint"));
    let begun = Instant::now();
    while !checkpoint.exists() {
        assert!(child.try_wait().expect("a child").is_none(), "it ended: {:?}", end(child));
        assert!(begun.elapsed() < Duration::from_mins(2), "nothing was kept");
        sleep(Duration::from_millis(10));
    }
    child
}

fn signal(child: &Child, name: &str) {
    let kill = format!("kill -{name} {}", child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().expect("a shell").success());
}

fn end(child: Child) -> Run {
    Run::from(child.wait_with_output().expect("it ends"))
}

/// A file system of its own, of this size, if the system lends one.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(at: &Path, size: &str) -> Option<Self> {
        fs::create_dir(at).expect("a folder");
        let options = format!("size={size}");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(at).stderr(Stdio::null());
        let mounted = mount.status().is_ok_and(|status| status.success());
        mounted.then(|| Self(at.to_path_buf()))
    }

    fn enlarge(&self, size: &str) {
        let options = format!("remount,size={size}");
        let status = Command::new("mount").args(["-o", &options]).arg(&self.0).status();
        assert!(status.expect("mount").success());
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

/// Checks that a run goes on to what it would have been.
fn goes_on(place: &Place, arguments: &str, result: &str) {
    place.run(&format!("{arguments} -o {result} --resume")).expect(0);
    let whole = Place::new();
    whole.run(&format!("{arguments} -o whole.h5")).expect(0);
    assert!(groups(&whole.path("whole.h5")) == groups(&place.path(result)), "another result");
}

#[test]
fn a_run_goes_on_once_a_full_disk_has_room_again() {
    let place = Place::new();
    // Room for about half of the result, and in the second case not for a checkpoint.
    for (number, size) in ["1500k", "600k"].into_iter().enumerate() {
        let folder = format!("disk{number}");
        let Some(disk) = SmallDisk::mount(&place.path(&folder), size) else {
            println!("no file system can be mounted here");
            return;
        };
        let result = format!("{folder}/result.h5");
        let run = place.run(&format!("{MUCH} -o {result}")).expect(3);
        assert!(run.message().contains("no room left on the disk"), "{}", run.err);
        assert!(
            !read_header(&place.path(&format!("{result}.partial"))).expect("readable").complete
        );
        disk.enlarge("100m");
        goes_on(&place, MUCH, &result);
    }
}

/// The limit on file sizes does what a quota does.
#[test]
fn a_run_goes_on_after_a_limit_on_file_sizes() {
    let place = Place::new();
    let inner = place.command(&format!("{MUCH} -o result.h5"));
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; ulimit -f 2000; exec \"$0\" \"$@\""]);
    shell.arg(inner.get_program()).args(inner.get_args()).current_dir(place.path(""));
    let run = Run::from(shell.output().expect("a shell")).expect(3);
    assert!(run.message().contains("no room left on the disk"), "{}", run.err);
    goes_on(&place, MUCH, "result.h5");
}

#[test]
fn a_file_that_vanishes_ends_the_run() {
    let place = Place::new();
    let child = start(&place, &format!("{ENDLESS} -o result.h5"), "result.h5");
    fs::remove_file(place.path("result.h5.partial")).expect("removed");
    let run = end(child).expect(3);
    assert!(run.message().contains("`result.h5.partial`"), "{}", run.err);
    assert!(run.message().contains("No such file"), "{}", run.err);
    assert!(!place.path("result.h5").exists());
}

#[test]
fn two_programs_do_not_write_one_file() {
    let place = Place::new();
    let child = start(&place, &format!("{ENDLESS} -o result.h5"), "result.h5");
    for more in ["", "--force", "--resume"] {
        let run = place.run(&format!("{ENDLESS} -o result.h5 {more}")).expect(3);
        assert!(run.message().contains("is being written by another process"), "{}", run.err);
    }
    signal(&child, "TERM");
    let run = end(child).expect(130);
    assert!(run.message().contains("--resume goes on from here"), "{}", run.err);
}

#[test]
fn signals_leave_a_run_to_go_on_with() {
    for name in ["INT", "TERM", "HUP"] {
        let place = Place::new();
        let child = start(&place, &format!("{MUCH} -o result.h5"), "result.h5");
        signal(&child, name);
        let run = end(child);
        if run.status == Some(130) {
            assert!(!read_header(&place.path("result.h5")).expect("readable").complete, "{name}");
            goes_on(&place, MUCH, "result.h5");
        } else {
            run.expect(0);
        }
    }
}

/// The second signal does not wait.
#[test]
fn two_signals_leave_a_run_to_go_on_with() {
    let place = Place::new();
    let child = start(&place, &format!("{MUCH} -o result.h5"), "result.h5");
    signal(&child, "INT");
    sleep(Duration::from_millis(150));
    signal(&child, "INT");
    let run = end(child);
    if run.status == Some(0) {
        return;
    }
    run.expect(130);
    goes_on(&place, MUCH, "result.h5");
}

/// As `timeout` and some shells send it, to the process and to its group.
#[test]
fn a_signal_that_comes_twice_at_once_is_one() {
    let place = Place::new();
    let child = start(&place, &format!("{ENDLESS} -o result.h5"), "result.h5");
    let kill = format!("kill -INT {0}; kill -INT {0}", child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().expect("a shell").success());
    let run = end(child).expect(130);
    assert!(run.message().contains("--resume goes on from here"), "{}", run.err);
    assert!(!read_header(&place.path("result.h5")).expect("readable").complete);
}

/// A terminal that is closed takes both outputs with it.
#[test]
fn a_closed_terminal_leaves_a_run_to_go_on_with() {
    let place = Place::new();
    let mut child = start(&place, &format!("{ENDLESS} -o result.h5"), "result.h5");
    drop((child.stdout.take(), child.stderr.take()));
    signal(&child, "HUP");
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    assert!(!read_header(&place.path("result.h5")).expect("readable").complete);
}

#[test]
fn a_folder_that_becomes_read_only_ends_the_run() {
    let place = Place::new();
    let folder = place.path("folder");
    fs::create_dir(&folder).expect("a folder");
    let child = start(&place, &format!("{ENDLESS} -o folder/result.h5"), "folder/result.h5");
    let attribute = |change: &str| {
        Command::new("chattr").arg(change).arg(&folder).status().is_ok_and(|s| s.success())
    };
    // For the superuser permissions mean nothing, and immutable folders are not everywhere.
    if !attribute("+i") {
        signal(&child, "INT");
        end(child).expect(130);
        return;
    }
    let run = end(child);
    attribute("-i");
    let run = run.expect(3);
    assert!(run.message().contains("folder/result.h5"), "{}", run.err);
    assert!(!read_header(&place.path("folder/result.h5.partial")).expect("readable").complete);
}

#[test]
fn damaged_checkpoints_fall_back_to_the_one_before_or_say_so() {
    let place = Place::new();
    let newest = place.path("result.h5.checkpoint");
    let previous = place.path("result.h5.checkpoint.previous");
    // Where the disk is slow checkpoints are rare: the run must be long enough for two.
    let much = (1..50)
        .map(|times| MUCH.replace("replicates=60", &format!("replicates={}", 200 * times)))
        .find(|much| {
            let mut child = start(&place, &format!("{much} -o result.h5 --force"), "result.h5");
            while !previous.exists() && child.try_wait().expect("a child").is_none() {
                sleep(Duration::from_millis(10));
            }
            child.kill().expect("killed");
            child.wait().expect("ended");
            previous.exists() && newest.exists()
        });
    let much = much.expect("one is long enough");
    let bytes = fs::read(&newest).expect("a checkpoint");
    let kept = fs::read(&previous).expect("a checkpoint");
    fs::write(&previous, &kept[..kept.len() / 2]).expect("damaged");
    fs::write(&newest, &bytes[..bytes.len() - 1]).expect("damaged");
    let run = place.run(&format!("{much} -o result.h5 --resume")).expect(3);
    assert!(run.message().contains("is damaged"), "{}", run.err);
    fs::write(&previous, &kept).expect("mended");
    goes_on(&place, &much, "result.h5");
}
