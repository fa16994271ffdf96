//! Where are the programs of a cluster, and what if they are not here?

use std::path::{Path, PathBuf};

/// The programs that `cargo xtask setup` built or found.
#[derive(Clone, Debug)]
pub struct Programs {
    /// The store.
    pub etcd: PathBuf,
    /// The API server.
    pub kube_apiserver: PathBuf,
    /// Its client.
    pub kubectl: PathBuf,
}

impl Programs {
    /// Those in the folder that `$COFFERDAM_KUBERNETES` names; etcd may be on `PATH` instead.
    ///
    /// Absent: says so on standard error and returns nothing, and the test counts for nothing.
    pub fn find() -> Option<Self> {
        let Some(folder) = std::env::var_os("COFFERDAM_KUBERNETES").map(PathBuf::from) else {
            crate::skip("COFFERDAM_KUBERNETES names no folder: test with `cargo xtask test --step e2e`");
            return None;
        };
        match Self::within(&folder) {
            Ok(found) => Some(found),
            Err(missing) => {
                let at = folder.display();
                crate::skip(&format!("there is no {missing} in {at}: run `cargo xtask setup`, it says why"));
                None
            }
        }
    }

    fn within(folder: &Path) -> Result<Self, &'static str> {
        let own = |name: &'static str| Some(folder.join(name)).filter(|path| path.is_file()).ok_or(name);
        Ok(Self {
            etcd: own("etcd").or_else(|name| on_path(name).ok_or(name))?,
            kube_apiserver: own("kube-apiserver")?,
            kubectl: own("kubectl")?,
        })
    }
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}
