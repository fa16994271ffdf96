//! What else is in the same input?

use crate::Object;

/// Every object of a run, for rules that look at how objects relate.
#[derive(Debug, Default)]
pub struct Inventory {
    objects: Vec<Object>,
}

impl Inventory {
    /// Collects the objects of all inputs, in the order given.
    pub fn new(objects: Vec<Object>) -> Self {
        Self { objects }
    }

    /// Every object.
    pub fn objects(&self) -> &[Object] {
        &self.objects
    }

    /// Objects of one kind of one API group.
    pub fn of_kind<'a>(&'a self, group: &'a str, kind: &'a str) -> impl Iterator<Item = &'a Object> {
        self.objects.iter().filter(move |object| object.kind() == kind && object.group() == group)
    }
}
