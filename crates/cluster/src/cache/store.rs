//! What is kept of one kind, and is it too much?

use std::collections::BTreeMap;
use std::sync::Arc;

use object::Object;

use super::{Bound, Known};
use crate::discover::Resource;
use crate::shown::{Metadata, Shown};

/// Objects by namespace and name.
#[derive(Debug, Default)]
pub(super) struct Store {
    objects: BTreeMap<(String, String), Kept>,
    bytes: usize,
}

#[derive(Debug)]
struct Kept {
    /// Why it cannot be read, where it cannot.
    object: Result<Object, String>,
    bytes: usize,
}

/// There is more than may be kept.
#[derive(Debug)]
pub(super) struct TooMany(pub(super) String);

impl Store {
    /// Keeps an object as it is now; returns its version.
    pub(super) fn put(&mut self, item: &str, resource: &Resource, bound: Bound) -> Result<String, TooMany> {
        let (object, metadata) = read(item, resource);
        let key = (metadata.namespace.clone(), metadata.name.clone());
        let bytes = item.len();
        let had = self.objects.get(&key).map(|kept| kept.bytes);
        let all = self.bytes - had.unwrap_or(0) + bytes;
        let count = self.objects.len() + usize::from(had.is_none());
        if count > bound.objects {
            return Err(TooMany(format!("more than {} {}", bound.objects, resource.title())));
        }
        if all > bound.bytes {
            return Err(TooMany(format!("more than {} bytes of {}", bound.bytes, resource.title())));
        }
        self.bytes = all;
        self.objects.insert(key, Kept { object, bytes });
        Ok(metadata.version)
    }

    /// Lets go of an object; returns the version at which it went.
    pub(super) fn remove(&mut self, item: &str, resource: &Resource) -> String {
        let (_, metadata) = read(item, resource);
        let gone = self.objects.remove(&(metadata.namespace, metadata.name));
        self.bytes -= gone.map_or(0, |kept| kept.bytes);
        metadata.version
    }

    /// Tells what is kept.
    pub(super) fn tell(&self, known: &mut Known) {
        let objects = self.objects.values().filter_map(|kept| kept.object.as_ref().ok()).cloned().collect();
        let unread = self.objects.iter().filter_map(|((namespace, name), kept)| {
            let slash = if namespace.is_empty() { "" } else { "/" };
            Some(format!("{namespace}{slash}{name}: {}", kept.object.as_ref().err()?))
        });
        known.unread = Arc::new(unread.collect());
        known.objects = Arc::new(objects);
    }
}

/// An object, or why there is none; who it is stands in its metadata all the same.
fn read(item: &str, resource: &Resource) -> (Result<Object, String>, Metadata) {
    match Shown::of(item, resource, None) {
        Ok(shown) => {
            let metadata = shown.metadata.clone();
            (shown.object().map(|(object, _)| object), metadata)
        }
        Err(why) => (Err(why), Metadata::default()),
    }
}
