//! What the program shows on terminals: colours, width, progress. Each is a pseudo-terminal of this test.

mod common;

use std::fs::{File, OpenOptions};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::Stdio;

use common::Place;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

const ESCAPE: char = '\u{1b}';

/// What appears on a terminal of this many columns.
fn shown(place: &Place, arguments: &str, columns: u16, environment: &[(&str, &str)]) -> String {
    let screen = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
    grantpt(&screen).expect("granted");
    unlockpt(&screen).expect("unlocked");
    let size = Winsize { ws_row: 50, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(&screen, size).expect("a size");
    let name = ptsname(&screen, Vec::new()).expect("a name");
    let path = Path::new(std::ffi::OsStr::from_bytes(name.as_bytes()));
    let end = || -> Stdio {
        OpenOptions::new().read(true).write(true).open(path).expect("the other end").into()
    };
    let mut command = place.command(arguments);
    command.env_remove("NO_COLOR").env_remove("COLUMNS");
    command.envs(environment.iter().copied()).stdin(end()).stdout(end()).stderr(end());
    let mut child = command.spawn().expect("the program runs");
    // As long as this process holds the other end, reading would not end.
    drop(command);
    let mut bytes = Vec::new();
    // Linux says that the last writer has gone by an error.
    let _ = File::from(screen).read_to_end(&mut bytes);
    child.wait().expect("it ends");
    String::from_utf8_lossy(&bytes).replace('\r', "")
}

/// Letters of the longest line, without the sequences that colour it.
fn widest(text: &str) -> usize {
    let plain = |line: &str| {
        let mut parts = line.split(ESCAPE);
        let first = parts.next().unwrap_or_default().chars().count();
        first
            + parts
                .map(|part| part.split_once('m').map_or(0, |(_, rest)| rest.chars().count()))
                .sum::<usize>()
    };
    text.lines().map(plain).max().unwrap_or(0)
}

const MISTAKE: &str = "limit scenarios/drive-step.toml --set durration=1";

#[test]
fn colours_are_for_terminals_that_want_them() {
    let place = Place::new();
    for arguments in ["help", "simulat", MISTAKE] {
        let is_coloured = |environment: &[(&str, &str)]| {
            let text = shown(&place, arguments, 80, environment);
            assert!(text.len() > 100, "{text}");
            text.contains(ESCAPE)
        };
        assert!(is_coloured(&[("TERM", "xterm-256color")]), "{arguments}");
        for plain in [("NO_COLOR", "1"), ("TERM", "dumb")] {
            assert!(!is_coloured(&[plain]), "{arguments} {plain:?}");
        }
        let mut piped = place.command(arguments);
        piped.env_remove("NO_COLOR");
        let run = common::Run::from(piped.output().expect("it runs"));
        assert!(!(run.out + &run.err).contains(ESCAPE), "{arguments}");
        let run = common::Run::from(piped.env("CLICOLOR_FORCE", "1").output().expect("it runs"));
        assert!((run.out + &run.err).contains(ESCAPE), "{arguments}");
    }
}

#[test]
fn help_and_messages_keep_to_the_width() {
    let place = Place::new();
    for columns in [50, 72, 100] {
        for arguments in ["help validate", "simulat", MISTAKE] {
            let text = shown(&place, arguments, columns, &[("TERM", "xterm-256color")]);
            assert!(widest(&text) <= usize::from(columns), "{columns}:\n{text}");
        }
    }
}

#[test]
fn tables_have_blocks_on_narrow_terminals() {
    let place = Place::new();
    let arguments =
        "limit scenarios/inhibition-stabilised.toml --set duration=0.5 -o limit.h5 --force";
    let wide = shown(&place, arguments, 200, &[]);
    let narrow = shown(&place, arguments, 60, &[]);
    let headers = |text: &str| text.lines().filter(|line| line.contains("population")).count();
    assert!(headers(&narrow) > headers(&wide), "{narrow}");
    // Lines of tables begin with two spaces; what people read in sentences is for the terminal to wrap.
    let rows: Vec<&str> = narrow.lines().filter(|line| line.starts_with("  ")).collect();
    assert!(rows.len() > 10 && rows.iter().all(|row| widest(row) <= 60), "{narrow}");
    // Nothing is lost.
    let words = |text: &str| {
        let mut words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        words.sort();
        words.dedup();
        words
    };
    assert_eq!(words(&narrow), words(&wide));
}

#[test]
fn progress_moves_where_the_cursor_can() {
    let place = Place::new();
    let arguments = "simulate scenarios/inhibition-stabilised.toml --set n=3000 --set ensemble.replicates=8 -o run.h5 --force";
    let live = shown(&place, arguments, 70, &[("TERM", "xterm-256color")]);
    assert!(live.contains("█") && live.contains("jumps"), "{live}");
    let dumb = shown(&place, arguments, 70, &[("TERM", "dumb")]);
    assert!(!dumb.contains(ESCAPE) && !dumb.contains("█"), "{dumb}");
    assert!(dumb.contains("file: run.h5"), "{dumb}");
}
