//! What does the webhook add to an API server, and what does it keep in memory?

use anyhow::{Context, bail};

use super::table::{Aim, Row, Unit};
use super::{admission, binary};
use crate::repo::Repo;
use crate::{Skips, process};

/// Endings of names that have an aim, in seconds or bytes.
const AIMS: [(&str, f64); 2] = [
    ("500 at once, p99 added to the built-in plugin", 5e-3),
    ("resident after 100000 reviews", 64.0 * 1024.0 * 1024.0),
];

/// Measures, and hands the rows to whoever shows them.
pub(super) fn run(repo: &Repo, show: impl Fn(&[Row])) -> anyhow::Result<Skips> {
    if let Some(missing) = ["kube-apiserver", "kubectl"].into_iter().find(|name| repo.program(name).is_none())
    {
        return Ok(vec![format!("bench load: there is no {missing}, see `cargo xtask setup`")]);
    }
    let words = ["bench", "--quiet", "--locked", "--package", "cofferdam", "--bench", "load"];
    let mut cargo = repo.cargo(&words);
    cargo.env("COFFERDAM_KUBERNETES", repo.setup()).env("COFFERDAM_BIN", binary(repo)?);
    let printed = process::output(&mut cargo)?;
    let mut rows = printed.lines().map(row).collect::<anyhow::Result<Vec<Row>>>()?;
    if rows.is_empty() {
        return Ok(vec!["bench load: it measured nothing and said why above".into()]);
    }
    rows.extend(admission::decision(repo)?);
    show(&rows);
    Ok(Skips::new())
}

/// A line of the bench: a name, a figure and its unit.
fn row(line: &str) -> anyhow::Result<Row> {
    let mut parts = line.split('\t');
    let (Some(name), Some(figure), Some(unit)) = (parts.next(), parts.next(), parts.next()) else {
        bail!("`{line}` is no figure");
    };
    let value: f64 = figure.parse().with_context(|| format!("reading `{line}`"))?;
    let aim = AIMS.iter().find(|(ending, _)| name.ends_with(ending));
    let aim = aim.map_or(Aim::None, |(_, most)| Aim::AtMost(*most));
    let figure = match unit {
        "seconds" => Unit::Seconds(value),
        "bytes" => Unit::Bytes(value),
        "times" => Unit::Times(value),
        _ => bail!("`{line}`: `{unit}` is no unit"),
    };
    Ok(Row::new(name.to_owned(), figure, aim))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_row_and_anything_else_is_refused() {
        assert!(row("serve, resident after 100000 reviews\t1048576\tbytes").is_ok());
        for wrong in ["", "a\t1", "a\tone\tseconds", "a\t1\tfathoms"] {
            assert!(row(wrong).is_err(), "{wrong}");
        }
    }
}
