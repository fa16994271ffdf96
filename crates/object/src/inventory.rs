//! What else is in the same input?

use std::collections::BTreeMap;

use crate::Object;

/// Every object of a run, for rules that look at how objects relate.
#[derive(Debug, Default)]
pub struct Inventory {
    objects: Vec<Object>,
    /// Indexes of the objects of each kind: a rule asks for each pod, and there may be many of both.
    by_kind: BTreeMap<String, Vec<usize>>,
}

impl Inventory {
    /// Collects the objects of all inputs, in the order given.
    pub fn new(objects: Vec<Object>) -> Self {
        let mut by_kind: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, object) in objects.iter().enumerate() {
            match by_kind.get_mut(object.kind()) {
                Some(indexes) => indexes.push(index),
                None => {
                    by_kind.insert(object.kind().to_owned(), vec![index]);
                }
            }
        }
        Self { objects, by_kind }
    }

    /// Every object.
    pub fn objects(&self) -> &[Object] {
        &self.objects
    }

    /// Objects of one kind of one API group.
    pub fn of_kind<'a>(&'a self, group: &'a str, kind: &str) -> impl Iterator<Item = &'a Object> {
        let indexes = self.by_kind.get(kind).map(Vec::as_slice).unwrap_or_default();
        indexes
            .iter()
            .filter_map(|index| self.objects.get(*index))
            .filter(move |object| object.group() == group)
    }
}
