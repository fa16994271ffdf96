//! Input that means harm, or is merely broken: a clear message at its place, and an end.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::process::Command;

use crate::support::{GOOD, POD, Place, Ran, skipped, wait};

/// What is said about a file of this content, which is the only one.
fn only(name: &str, content: impl AsRef<[u8]>) -> Ran {
    Place::with(name, content).check(name).ends(2).stays_inert()
}

#[test]
fn bytes_that_are_no_text_are_refused_at_their_line() {
    only("binary.yaml", b"a: 1\n\x7fELF\x02\x00\x00")
        .says("this is a binary file")
        .says("--> binary.yaml:2\n");
    only("latin.yaml", b"a: 1\nb: caf\xe9\n")
        .says("byte 0xe9 starts no character")
        .says("--> latin.yaml:2\n");
    only("wide.yaml", b"\xff\xfea\x00:\x00").says("UTF-16, save it as UTF-8").says("--> wide.yaml:1\n");
}

#[test]
fn a_text_without_an_object_is_said_to_hold_none() {
    for text in ["", "\n\n", "# nothing\n", "---\n---\n", "\u{feff}", "null\n"] {
        only("empty.yaml", text).says("1 file, 0 objects").says("nothing could be judged");
    }
    only("list.yaml", "- a\n- b\n").says("nothing could be judged");
    only("word.json", "\"word\"").says("nothing could be judged");
}

#[test]
fn a_broken_document_is_named_with_its_line_and_hides_no_other() {
    let place = Place::with("two.yaml", format!("{POD}---\nmetadata: {{\n---\n{GOOD}"));
    let report = place.report("two.yaml");
    assert_eq!(report.0["objects"], 3);
    assert_eq!(report.finding("privileged-container")["line"], 13);
    assert_eq!(report.errors().len(), 1, "{:?}", report.errors());
    assert!(report.errors()[0].starts_with("two.yaml:17 not valid YAML"), "{:?}", report.errors());
    place.check("two.yaml").ends(1).says("[unreadable-document]").says("--> two.yaml:17:");
}

#[test]
fn nesting_without_end_is_refused_early() {
    let text = "[".repeat(100 * 1024 * 1024);
    only("deep.json", &text).says("[unreadable-document]").says("--> deep.json:1:");
    let maps = "{a: ".repeat(100_000);
    only("maps.yaml", maps).says("[unreadable-document]");
    let blocks: Vec<String> = (0..2000).map(|n| format!("{}a:", " ".repeat(n))).collect();
    only("blocks.yaml", blocks.join("\n")).says("[unreadable-document]");
}

#[test]
fn a_great_many_broken_documents_are_all_named() {
    let ran = only("broken.yaml", "---\nkind: {\n".repeat(3000));
    ran.says(": 3000 high").says("--> broken.yaml:6000:");
}

#[test]
fn a_file_of_a_size_that_no_manifest_has_is_refused_unread() {
    let place = Place::with("huge.yaml", "");
    fs::File::options()
        .write(true)
        .open(place.path("huge.yaml"))
        .unwrap()
        .set_len(300 * 1024 * 1024)
        .unwrap();
    place.check("huge.yaml").ends(2).says("larger than 256 MiB");
}

#[test]
fn aliases_that_multiply_are_refused_at_a_line() {
    let mut lines = vec!["a0: &a0 [x, x, x, x, x, x, x, x, x, x]".to_owned()];
    for n in 1..=10 {
        let before = format!("*a{}, ", n - 1).repeat(10);
        lines.push(format!("a{n}: &a{n} [{}]", before.trim_end_matches(", ")));
    }
    only("bomb.yaml", lines.join("\n")).says("[unreadable-document]").says("--> bomb.yaml:");
}

#[test]
fn a_template_is_told_to_be_rendered_first() {
    let text =
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}-web\n  {{- if .Values.x }}\n";
    only("pod.yaml", text).says("render it first (`helm template`)").says("--> pod.yaml:4:");
}

#[test]
fn links_that_lead_nowhere_say_where_they_should_lead() {
    let place = Place::with("dir/good.yaml", GOOD);
    symlink("gone.yaml", place.path("dir/dangling.yaml")).unwrap();
    symlink("b.yaml", place.path("dir/a.yaml")).unwrap();
    symlink("a.yaml", place.path("dir/b.yaml")).unwrap();
    place
        .check("dir")
        .ends(1)
        .says("a symbolic link to `gone.yaml`, which does not exist")
        .says("a symbolic link to `b.yaml` that leads back to itself")
        .says("3 inputs could not be read");
    place.check("dir/dangling.yaml").ends(2).says("which does not exist");
    place.check("dir/a.yaml").ends(2).says("leads back to itself");
}

#[test]
fn a_directory_that_contains_itself_is_searched_once() {
    let place = Place::with("dir/pod.yaml", POD);
    symlink("..", place.path("dir/up")).unwrap();
    symlink(".", place.path("dir/here.yaml")).unwrap();
    let report = place.report(".");
    assert_eq!((&report.0["files"], report.errors().len()), (&1.into(), 0));
    place.check("dir/up/dir/up/dir").ends(1).says("1 file, 1 object");
}

#[test]
fn what_is_no_file_is_not_opened() {
    let place = Place::with("dir/good.yaml", GOOD);
    assert!(Command::new("mkfifo").arg(place.path("dir/fifo.yaml")).status().unwrap().success());
    let _socket = UnixListener::bind(place.path("dir/socket.yaml")).unwrap();
    place.check("dir/fifo.yaml").ends(2).says("this is a FIFO, not a file: pipe it into `-` instead");
    place.check("dir/socket.yaml").ends(2).says("this is a socket");
    place.check("/dev/zero").ends(2).says("this is a device");
    place
        .check("dir")
        .ends(1)
        .says("dir/fifo.yaml")
        .says("dir/socket.yaml")
        .says("2 inputs could not be read");
}

#[test]
fn a_fifo_in_the_place_of_a_chart_or_an_overlay_is_not_opened() {
    let place = Place::with("chart/good.yaml", GOOD).file("overlay/good.yaml", GOOD);
    for name in ["chart/Chart.yaml", "overlay/kustomization.yaml"] {
        assert!(Command::new("mkfifo").arg(place.path(name)).status().unwrap().success());
        place.check(name).ends(2).says("this is a FIFO");
    }
    let report = place.report(".");
    assert_eq!((&report.0["objects"], report.errors().len()), (&4.into(), 2));
}

#[test]
fn a_pipe_that_the_shell_opened_is_read() {
    let place = Place::with("pod.yaml", POD);
    let stdin = place.cofferdam("check /dev/stdin").input(POD).run().ends(1);
    stdin.says("--> /dev/stdin:13");
}

#[test]
fn what_may_not_be_read_is_named() {
    let place =
        Place::with("dir/good.yaml", GOOD).file("dir/closed.yaml", POD).file("dir/shut/pod.yaml", POD);
    let close = |name: &str| {
        let mode = fs::Permissions::from_mode(0o000);
        fs::set_permissions(place.path(name), mode).unwrap();
    };
    close("dir/closed.yaml");
    close("dir/shut");
    // Root reads everything: nobody runs it then.
    let as_nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    let check = |words: &str| {
        let run = place.cofferdam(&format!("check {words}"));
        if fs::read_dir(place.path("dir/shut")).is_err() { Some(run) } else { run.under(&as_nobody) }
    };
    let Some(run) = check("dir") else { return skipped("running as root, and setpriv is not installed") };
    let ran = run.run();
    if ran.code == 127 || ran.code == 126 || ran.err.contains("setpriv") {
        return skipped("nobody may not execute the program from here");
    }
    ran.ends(1)
        .says("permission denied")
        .says("--> dir/closed.yaml")
        .says("this directory is not searched: permission denied")
        .says("--> dir/shut");
    check("dir/closed.yaml").unwrap().run().ends(2).says("permission denied");
    let mode = fs::Permissions::from_mode(0o700);
    fs::set_permissions(place.path("dir/shut"), mode).unwrap();
}

#[test]
fn files_that_come_and_go_under_the_search_do_no_harm() {
    let mut place = Place::with("good.yaml", GOOD);
    for n in 0..200 {
        place = place.file(format!("d/{n:03}.yaml"), POD);
    }
    let mut child = place.cofferdam("check . -o ../out.txt").spawn();
    for n in (0..200).rev() {
        fs::remove_file(place.path(format!("d/{n:03}.yaml"))).unwrap();
    }
    assert!(matches!(wait(&mut child), 0 | 1));
}

#[test]
fn a_path_that_does_not_exist_is_named() {
    Place::new()
        .check("no/such/pod.yaml")
        .ends(2)
        .says("no such file or directory")
        .says("--> no/such/pod.yaml");
    Place::with("pod.yaml", POD).check("pod.yaml/below").ends(2).says("--> pod.yaml/below");
}

#[test]
fn the_name_of_a_file_cannot_act_on_the_terminal() {
    let names: [&[u8]; 4] =
        [b"a\nb.yaml", b"a\x1b[2Jb.yaml", b"a\xff\xc2\x9bb.yaml", "a\u{202e}b.yaml".as_bytes()];
    for name in names {
        let name = OsStr::from_bytes(name);
        for content in [POD, "a: [\n", "a: \0"] {
            let place = Place::new().file(name, content);
            for words in ["check .", "check . --format json", "check . --pss restricted"] {
                let ran = place.cofferdam(words).run().stays_inert();
                assert!(ran.code != 0 && !ran.err.contains("panicked"), "{ran:?}");
                assert!(ran.out.contains("b.yaml"), "{ran:?}");
            }
        }
        Place::new().cofferdam("check").arg(name).run().ends(2).stays_inert();
        Place::with("pod.yaml", POD)
            .cofferdam("check pod.yaml -o no-directory/")
            .arg(name)
            .run()
            .stays_inert();
    }
    Place::new().file("a\nb.yaml", POD).check(".").ends(1).says("--> a\\nb.yaml:13:9\n");
}

#[test]
fn the_values_of_a_manifest_cannot_act_on_the_terminal() {
    let bad = r"x\e[31m\n\u009b\u202e\u2028y";
    let pod = format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: \"{bad}\", namespace: \"{bad}\"}}\nspec:\n  containers:\n    - \
         {{name: \"{bad}\", image: \"{bad}:latest\", securityContext: {{privileged: true}}}}\n"
    );
    let raw = "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n  hostNetwork: true # \u{202e}\u{ad}\n";
    for text in [pod.as_str(), raw] {
        let place = Place::with("pod.yaml", text);
        for words in ["", "--format json", "--pss restricted"] {
            let ran = place.check(&format!("pod.yaml {words}")).ends(1).stays_inert();
            assert!(!ran.out.contains(['\u{2028}', '\u{ad}']), "{ran:?}");
        }
    }
    let report = Place::with("pod.yaml", pod).report("pod.yaml");
    assert_eq!(report.finding("privileged-container")["container"], "x\u{1b}[31m\n\u{9b}\u{202e}\u{2028}y");
}

#[test]
fn a_great_many_findings_are_reported_in_time() {
    let pod = |n: usize| {
        let env = format!(r#"[{{"name":"DB_PASSWORD","value":"correct-horse-{n}"}}]"#);
        format!(
            r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"p{n}"}},"spec":{{"containers":[{{"name":"x","image":"a:latest","env":{env},"securityContext":{{"privileged":true}}}}]}}}}"#
        )
    };
    let pods: Vec<String> = (0..800).map(pod).collect();
    let place = Place::with("lines.yaml", pods.join("\n---\n"))
        .file("list.json", format!(r#"{{"apiVersion":"v1","kind":"List","items":[{}]}}"#, pods.join(",")));
    for name in ["lines.yaml", "list.json"] {
        let report = place.report(name);
        assert!(report.list("findings").len() > 5_000, "{}", report.list("findings").len());
    }
    place.check("list.json").ends(1).says("800  critical  privileged-container").never_says("correct-horse");
}
