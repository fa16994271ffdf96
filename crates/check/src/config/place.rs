//! Where does a file stand, seen from `cofferdam.yaml`? Names only: no disk is looked at.

use std::path::{Component, Path, PathBuf};

/// The directory of `cofferdam.yaml` and the one the command runs in, both absolute.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// Where `cofferdam.yaml` stands: its `file` patterns start there.
    pub directory: PathBuf,
    /// Where the command runs: the paths of a report start there.
    pub current: PathBuf,
}

impl Place {
    /// The path of a report as a pattern sees it; a file that is not below the settings keeps its whole path.
    pub(crate) fn relative(&self, file: &str) -> String {
        let whole = normal(&self.current.join(file));
        let below = whole.strip_prefix(normal(&self.directory)).unwrap_or(&whole);
        let steps = below.components().map(|step| step.as_os_str().to_string_lossy());
        steps.collect::<Vec<_>>().join("/")
    }
}

/// Without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for step in path.components() {
        match step {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn a_pattern_sees_paths_from_the_directory_of_the_settings() {
        let place = Place { directory: "/repo".into(), current: "/repo/deploy".into() };
        assert_eq!(place.relative("web.yaml"), "deploy/web.yaml");
        assert_eq!(place.relative("../ops/./x.yaml"), "ops/x.yaml");
        assert_eq!(place.relative("/repo/a.yaml"), "a.yaml");
    }
}
