//! Workflow commands of GitHub Actions.

use crate::{expected, sample};
use finding::github;

#[test]
fn a_report_with_everything_is_what_it_was() {
    let text = github(&sample::report(sample::FILE), Some(sample::ROOT));
    expected::same("github.txt", &text);
    assert!(!text.contains(sample::PASSWORD));
}

#[test]
fn every_line_but_the_last_is_one_command() {
    let text = github(&sample::report(sample::FILE), None);
    let (last, commands) =
        text.lines().collect::<Vec<_>>().split_last().map(|(l, c)| (*l, c.to_vec())).unwrap();
    let known = ["::error ", "::warning ", "::notice "];
    assert!(commands.iter().all(|line| known.iter().any(|word| line.starts_with(word))), "{text}");
    assert!(!last.contains("::"), "{last}");
}

#[test]
fn an_absolute_path_gives_the_same() {
    let absolute = format!("{}/{}", sample::ROOT, sample::FILE);
    let report = |file: &str| github(&sample::report(file), Some(sample::ROOT));
    assert!(report(&absolute) == report(sample::FILE));
}

#[test]
fn a_report_on_nothing_is_an_error() {
    assert!(github(&sample::nothing(), None).starts_with("::error title=cofferdam::nothing could be judged"));
}

#[test]
fn nothing_in_a_name_acts_on_who_reads_it() {
    let report = sample::report("a\u{202e}\n\u{1b}.yaml");
    let text = github(&report, None);
    assert!(sample::is_plain(&text), "{text}");
}
