//! How does a file become text without trusting it?

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use finding::{Failure, Stage};

/// Nobody writes a manifest of this size (in bytes); a larger file is refused before it is read.
pub(super) const MAX_BYTES: u64 = 256 * 1024 * 1024;

/// Why a file is not text, before its name is put to it.
#[derive(Debug)]
pub(super) struct Trouble {
    line: Option<u32>,
    message: String,
}

impl Trouble {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { line: None, message: message.into() }
    }

    /// The trouble as a report shows it.
    pub(super) fn named(self, file: &str) -> Failure {
        Failure { file: file.to_owned(), line: self.line, message: self.message, stage: Stage::Read }
    }
}

/// The text of a regular file, or of a pipe that the shell opened (`<(…)`).
pub(super) fn read(path: &Path) -> Result<String, Trouble> {
    let metadata = fs::metadata(path).map_err(|e| Trouble::new(why(path, &e)))?;
    if !metadata.is_file() && !is_open_descriptor(path) {
        return Err(Trouble::new(format!(
            "this is {}, not a file: pipe it into `-` instead",
            kind(&metadata)
        )));
    }
    if metadata.len() > MAX_BYTES {
        return Err(too_large());
    }
    let file = File::open(path).map_err(|e| Trouble::new(why(path, &e)))?;
    take(file, metadata.len())
}

pub(super) fn read_stdin() -> Result<String, Trouble> {
    take(io::stdin().lock(), 0)
}

fn take(from: impl Read, size: u64) -> Result<String, Trouble> {
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1);
    from.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|e| Trouble::new(format!("reading: {e}")))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(too_large());
    }
    object::decode(bytes).map_err(|e| Trouble { line: e.line, message: e.message })
}

fn too_large() -> Trouble {
    Trouble::new(format!("larger than {} MiB, no manifest is: split it", MAX_BYTES / 1024 / 1024))
}

/// `/dev/fd/63`: already open, so reading it cannot wait for a writer that never comes.
fn is_open_descriptor(path: &Path) -> bool {
    path.starts_with("/dev/fd") || path.starts_with("/proc/self/fd") || path == Path::new("/dev/stdin")
}

/// What the operating system says, and for links the reason behind it.
pub(super) fn why(path: &Path, error: &io::Error) -> String {
    let link = fs::symlink_metadata(path).is_ok_and(|m| m.file_type().is_symlink());
    let target = || fs::read_link(path).map_or_else(|_| "?".to_owned(), |t| t.display().to_string());
    match error.kind() {
        io::ErrorKind::NotFound if link => format!("a symbolic link to `{}`, which does not exist", target()),
        io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ if link && error.raw_os_error() == Some(LOOP) => {
            format!("a symbolic link to `{}` that leads back to itself", target())
        }
        _ => error.to_string(),
    }
}

/// `ELOOP` on Linux.
const LOOP: i32 = 40;

#[cfg(unix)]
fn kind(metadata: &fs::Metadata) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    let kind = metadata.file_type();
    if kind.is_fifo() {
        "a FIFO"
    } else if kind.is_socket() {
        "a socket"
    } else if kind.is_char_device() || kind.is_block_device() {
        "a device"
    } else {
        "a directory"
    }
}

#[cfg(not(unix))]
fn kind(_: &fs::Metadata) -> &'static str {
    "something special"
}
