//! How is a user's file changed without ever leaving half of one?
//!
//! The new text goes into a file beside the old one and takes its place in one step. What is not plainly
//! the user's own writable file, or is no longer what was read, is left alone.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Replaces `old` by `new`; says why not otherwise.
pub(crate) fn replace(path: &Path, old: &str, new: &str) -> Result<(), String> {
    let metadata = may_replace(path)?;
    let beside = beside(path)?;
    let done = write_beside(&beside, &metadata, new).and_then(|()| {
        // Last look before the step: the file must still be the one that was judged.
        let now = fs::read(path).map_err(|e| format!("reading it again: {e}"))?;
        if now != old.as_bytes() {
            return Err("it changed on disk since it was read".to_owned());
        }
        fs::rename(&beside, path).map_err(|e| format!("replacing it: {e}"))
    });
    if done.is_err() {
        // It is ours; when it was never made there is nothing to remove.
        let _ = fs::remove_file(&beside);
    }
    done
}

/// Writes a report: all of it, or nothing where there was none and the old one where there was. What is
/// no regular file (`/dev/stdout`, a pipe) is written as it comes.
pub(crate) fn whole(path: &Path, text: &str) -> std::io::Result<()> {
    let special = fs::symlink_metadata(path).is_ok_and(|metadata| !metadata.is_file());
    let Some(beside) = beside(path).ok().filter(|_| !special) else { return fs::write(path, text) };
    let done = fs::write(&beside, text).and_then(|()| fs::rename(&beside, path));
    if done.is_err() {
        // It is ours; when it was never made there is nothing to remove.
        let _ = fs::remove_file(&beside);
    }
    done
}

/// Whether the path is a regular file that its owner may write, and no link to one elsewhere.
pub(crate) fn may_replace(path: &Path) -> Result<Metadata, String> {
    let metadata = fs::symlink_metadata(path).map_err(|e| e.to_string())?;
    if metadata.file_type().is_symlink() {
        return Err("it is a symbolic link, name the file it leads to".to_owned());
    }
    if !metadata.is_file() {
        return Err("it is not a regular file".to_owned());
    }
    if metadata.permissions().readonly() {
        return Err("it is read-only".to_owned());
    }
    Ok(metadata)
}

fn beside(path: &Path) -> Result<PathBuf, String> {
    let name = path.file_name().ok_or("it has no name")?;
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".cofferdam-{}", std::process::id()));
    Ok(path.with_file_name(hidden))
}

fn write_beside(path: &Path, like: &Metadata, text: &str) -> Result<(), String> {
    let say = |what: &'static str| move |e: std::io::Error| format!("{what}: {e}");
    let mut file =
        OpenOptions::new().write(true).create_new(true).open(path).map_err(say("making a file beside it"))?;
    file.write_all(text.as_bytes()).map_err(say("writing beside it"))?;
    take_after(&file, like)?;
    file.sync_all().map_err(say("writing beside it to disk"))
}

/// Gives the new file the owner and the mode of the old one.
#[cfg(unix)]
fn take_after(file: &File, like: &Metadata) -> Result<(), String> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let own = file.metadata().map_err(|e| e.to_string())?;
    if (own.uid(), own.gid()) != (like.uid(), like.gid()) {
        fchown(file, Some(like.uid()), Some(like.gid()))
            .map_err(|e| format!("it belongs to somebody else, and stays so: {e}"))?;
    }
    file.set_permissions(like.permissions()).map_err(|e| format!("keeping its mode: {e}"))
}

#[cfg(not(unix))]
fn take_after(file: &File, like: &Metadata) -> Result<(), String> {
    file.set_permissions(like.permissions()).map_err(|e| format!("keeping its mode: {e}"))
}
