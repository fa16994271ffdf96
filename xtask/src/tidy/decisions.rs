//! Can every decision be cited by its number?

use super::Problem;

const FOLDER: &str = "docs/decisions/";

/// Decision files that are not `NNNN-title.md`, and numbers that are missing or given twice.
pub(super) fn problems(files: &[String]) -> Vec<Problem> {
    let mut found = Vec::new();
    let mut next = 1;
    for path in files {
        let Some(name) = path.strip_prefix(FOLDER) else { continue };
        match number(name) {
            None => {
                found.push(problem(path, "its name is not NNNN-title.md".into(), "rename it, in lower case"));
            }
            Some(number) if number == next => next += 1,
            Some(number) => {
                found.push(problem(
                    path,
                    format!("number {number:04} where {next:04} comes next"),
                    "number it so",
                ));
                next = number + 1;
            }
        }
    }
    found
}

fn problem(path: &str, what: String, way_out: &str) -> Problem {
    Problem::new("decisions", path, 0, what, way_out)
}

fn number(name: &str) -> Option<u32> {
    let (digits, title) = name.strip_suffix(".md")?.split_once('-')?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let named = digits.len() == 4 && !title.is_empty() && title.chars().all(plain);
    if named { digits.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(names: &[&str]) -> Vec<String> {
        let files: Vec<String> = names.iter().map(|name| format!("{FOLDER}{name}")).collect();
        problems(&files).into_iter().map(|problem| problem.what).collect()
    }

    #[test]
    fn numbers_run_without_gaps() {
        assert_eq!(said(&["0001-a.md", "0002-b-c.md"]), Vec::<String>::new());
        assert_eq!(said(&["0001-a.md", "0003-b.md", "0004-c.md"]), ["number 0003 where 0002 comes next"]);
        assert_eq!(said(&["0001-a.md", "0001-b.md"]), ["number 0001 where 0002 comes next"]);
        assert_eq!(said(&["0001-A.md", "1-b.md", "README.md"]).len(), 3);
    }
}
