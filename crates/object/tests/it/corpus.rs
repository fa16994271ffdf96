//! Real manifests: the same documents, values, objects and places as Kubernetes' libraries give.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use finding::Source;
use object::{Kind, Limits, Node};
use serde_json::Value;

use crate::reader::{Told, ask, told, untyped};

/// Files one run of the oracle is asked about.
const BATCH: usize = 200;

/// The corpus and the upstream suites that are manifests; of the many Pod Security files a sample.
fn files() -> Vec<PathBuf> {
    let corpus = testkit::corpus("manifests").map(|folder| testkit::yaml_files(&folder));
    let suites = ["psp", "netpol", "pods", "secrets"].into_iter().filter_map(testkit::conformance);
    let suites = suites.flat_map(|folder| testkit::yaml_files(&folder));
    let sample = testkit::conformance("pss").map(|folder| testkit::yaml_files(&folder));
    let sample = sample.into_iter().flatten().step_by(16);
    corpus.into_iter().flatten().chain(suites).chain(sample).collect()
}

/// The oracle's answers by file.
fn answers(oracle: &Path, command: &str, files: &[PathBuf]) -> BTreeMap<String, Vec<Value>> {
    let mut by_file: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for line in files.chunks(BATCH).flat_map(|batch| ask(oracle, command, batch)) {
        by_file.entry(line["file"].as_str().unwrap().to_owned()).or_default().push(line);
    }
    by_file
}

/// Every file with the documents that the oracle reads in it, null ones left out.
fn readings(oracle: &Path) -> &'static [(PathBuf, Vec<Told>)] {
    static READINGS: OnceLock<Vec<(PathBuf, Vec<Told>)>> = OnceLock::new();
    READINGS.get_or_init(|| {
        let theirs = |lines: Vec<Value>| {
            lines.into_iter().map(theirs).filter(|told| *told != Told::Value(Value::Null))
        };
        let files = answers(oracle, "read", &files());
        files.into_iter().map(|(file, lines)| (PathBuf::from(file), theirs(lines).collect())).collect()
    })
}

fn theirs(mut line: Value) -> Told {
    match line["error"].as_str() {
        Some(message) => Told::Error(message.to_owned()),
        None => Told::Value(untyped(line["json"].take())),
    }
}

#[test]
fn every_document_has_the_value_that_kubernetes_reads() {
    let Some(oracle) = testkit::oracle() else { return };
    let readings = readings(&oracle);
    let mut documents = 0;
    let mut wrong = Vec::new();
    for (file, theirs) in readings {
        let ours = told(&testkit::text(file)).into_iter().map(|told| match told {
            Told::Value(value) => Told::Value(untyped(value)),
            error @ Told::Error(_) => error,
        });
        let ours: Vec<Told> = ours.collect();
        documents += theirs.len();
        let same = |(ours, theirs): (&Told, &Told)| match (ours, theirs) {
            (Told::Error(_), Told::Error(_)) => true,
            (ours, theirs) => ours == theirs,
        };
        if ours.len() != theirs.len() || !ours.iter().zip(theirs).all(same) {
            let at = ours.iter().zip(theirs).position(|pair| !same(pair)).unwrap_or(0);
            wrong.push(format!(
                "{} document {at}\n  {:?}\n  {:?}",
                file.display(),
                ours.get(at),
                theirs.get(at)
            ));
        }
    }
    assert!(wrong.is_empty(), "{} files differ\n{}", wrong.len(), wrong.join("\n"));
    assert!(readings.is_empty() || documents > 1000, "only {documents} documents compared");
}

#[test]
fn every_object_that_kubectl_would_read_is_read() {
    let Some(oracle) = testkit::oracle() else { return };
    let readings = readings(&oracle);
    let mut objects = 0;
    for (file, theirs) in readings {
        let mut expected = Vec::new();
        for told in theirs {
            if let Told::Value(value) = told {
                flatten(value, None, &mut expected);
            }
        }
        let read = object::read(&source(file), Limits::default());
        let ours: Vec<[String; 3]> = read
            .objects
            .iter()
            .map(|object| {
                [object.id().api_version.clone(), object.kind().to_owned(), object.name().to_owned()]
            })
            .collect();
        assert_eq!(ours, expected, "{}", file.display());
        objects += ours.len();
    }
    assert!(readings.is_empty() || objects > 1000, "only {objects} objects compared");
}

/// Identity of the objects of a document, as kubectl's flattening of lists finds them: items of a
/// `PodList` that name no kind are Pods (`UnstructuredJSONScheme.decodeToList`).
fn flatten(value: &Value, list: Option<(&str, &str)>, found: &mut Vec<[String; 3]>) {
    let own = (value["apiVersion"].as_str(), value["kind"].as_str());
    let (version, kind) = (own.0.or(list.map(|l| l.0)), own.1.or(list.map(|l| l.1)));
    if let (Some(items), Some(kind)) = (value["items"].as_array(), own.1) {
        let inner = kind.strip_suffix("List").filter(|kind| !kind.is_empty());
        for item in items {
            flatten(item, version.zip(inner), found);
        }
        return;
    }
    let metadata = &value["metadata"];
    let name = metadata["name"].as_str().or(metadata["generateName"].as_str()).unwrap_or_default();
    let (Some(version), Some(kind)) = (version, kind) else { return };
    if !version.starts_with("kustomize.config.k8s.io/") {
        found.push([version, kind, name].map(str::to_owned));
    }
}

#[test]
fn keys_and_scalars_stand_where_the_oracle_finds_them() {
    let Some(oracle) = testkit::oracle() else { return };
    let files: Vec<PathBuf> = files().into_iter().step_by(4).collect();
    let mut compared = 0;
    for (file, answers) in answers(&oracle, "spans", &files) {
        let source = source(Path::new(&file));
        let ours = places(&source);
        for answer in answers.iter().filter(|answer| answer["error"].is_null()) {
            let place = (answer["line"].as_u64().unwrap() as u32, answer["column"].as_u64().unwrap() as u32);
            if points_before_the_text(&source, place, answer) {
                continue;
            }
            assert!(ours.contains(&place), "{file}: nothing of ours at {place:?}: {answer}");
            compared += 1;
        }
    }
    assert!(files.is_empty() || compared >= 200, "only {compared} places compared");
}

/// The oracle points at the alias, anchor, tag or sign of block text, we at the text behind it; and a
/// value that is not written has a place by convention only.
fn points_before_the_text(source: &Source, (line, column): (u32, u32), answer: &Value) -> bool {
    let there = source.text()[source.lines(line, line)].chars().nth(column as usize - 1);
    answer["role"] == "alias" || answer["value"] == "" || matches!(there, Some('&' | '!' | '|' | '>'))
}

/// Line and column of every key and scalar.
fn places(source: &Arc<Source>) -> BTreeSet<(u32, u32)> {
    let mut found = BTreeSet::new();
    for tree in object::documents(source, Limits::default()).trees {
        visit(tree.root(), &mut |node| {
            let position = source.position(node.span().start);
            found.insert((position.line, position.column));
        });
    }
    found
}

fn visit(node: Node<'_>, see: &mut impl FnMut(Node<'_>)) {
    if !matches!(node.kind(), Kind::Seq | Kind::Map) {
        see(node);
    }
    for item in node.items() {
        visit(item, see);
    }
    for (key, value) in node.entries() {
        see(key);
        visit(value, see);
    }
}

fn source(file: &Path) -> Arc<Source> {
    Arc::new(Source::file(file.display().to_string(), testkit::text(file)))
}
