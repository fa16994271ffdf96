//! How is a certificate followed that somebody else writes into files?
//!
//! By reading them again: a mounted Secret is swapped through a link that no notification of the file tells of.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use super::self_signed::chain;
use super::{CertificateError, Certificates};
use crate::log::Log;

const PAUSE: Duration = Duration::from_secs(2);

/// A certificate and its key in two files.
#[derive(Debug)]
pub struct Files {
    paths: (PathBuf, PathBuf),
    certificates: Arc<Certificates>,
    log: Arc<Log>,
    /// What was read last, good or not.
    seen: (String, String),
}

impl Files {
    /// Shows what the files hold.
    ///
    /// # Errors
    /// When they cannot be read, or do not fit.
    pub fn begin(
        certificate: PathBuf,
        key: PathBuf,
        certificates: Arc<Certificates>,
        log: Arc<Log>,
    ) -> Result<Self, CertificateError> {
        let seen = (read(&certificate)?, read(&key)?);
        certificates.show(&seen.0, &seen.1)?;
        Ok(Self { paths: (certificate, key), certificates, log, seen })
    }

    /// Shows what they hold whenever that is something else. Never ends.
    pub async fn keep(mut self) {
        loop {
            sleep(PAUSE).await;
            if let Err(error) = self.look() {
                self.certificates.metrics.certificate_failed();
                let (why, file) = (chain(&error), self.paths.0.display().to_string());
                self.log.error(
                    "the new certificate cannot be used, the one before is shown",
                    &[("file", &file), ("error", &why)],
                );
            }
        }
    }

    fn look(&mut self) -> Result<(), CertificateError> {
        let found = (read(&self.paths.0)?, read(&self.paths.1)?);
        if found == self.seen {
            return Ok(());
        }
        // Remembered before it is tried: what is wrong is said once, not every two seconds.
        self.seen = found;
        self.certificates.show(&self.seen.0, &self.seen.1)?;
        self.log.info("showing a new certificate", &[("file", &self.paths.0.display().to_string())]);
        Ok(())
    }
}

fn read(path: &Path) -> Result<String, CertificateError> {
    let failed = |source| CertificateError::Read { path: path.display().to_string(), source };
    std::fs::read_to_string(path).map_err(failed)
}
