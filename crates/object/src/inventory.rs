//! What else is in the same input?
//!
//! Rules ask for every object or pod they look at, so the answers must not cost a walk over everything.

use std::collections::BTreeMap;

use crate::{Object, Pod, Version, workload};

/// Every object of a run, for rules that look at how objects relate.
#[derive(Debug, Default)]
pub struct Inventory {
    objects: Vec<Object>,
    by_kind: BTreeMap<String, Vec<usize>>,
    by_namespace: BTreeMap<String, Vec<usize>>,
    /// Objects that are or carry pods, by their namespace.
    carriers: BTreeMap<String, Vec<usize>>,
}

impl Inventory {
    /// Collects the objects of all inputs, in the order given.
    pub fn new(objects: Vec<Object>) -> Self {
        let mut by_kind = BTreeMap::new();
        let mut by_namespace = BTreeMap::new();
        let mut carriers = BTreeMap::new();
        let put = |map: &mut BTreeMap<String, Vec<usize>>, key: &str, index| match map.get_mut(key) {
            Some(list) => list.push(index),
            None => drop(map.insert(key.to_owned(), vec![index])),
        };
        for (index, object) in objects.iter().enumerate() {
            put(&mut by_kind, object.kind(), index);
            put(&mut by_namespace, object.namespace(), index);
            if !workload::templates(object).is_empty() {
                put(&mut carriers, object.namespace(), index);
            }
        }
        Self { objects, by_kind, by_namespace, carriers }
    }

    /// Every object.
    pub fn objects(&self) -> &[Object] {
        &self.objects
    }

    /// Objects of one kind of one API group.
    pub fn of_kind<'a>(&'a self, group: &'a str, kind: &'a str) -> impl Iterator<Item = &'a Object> {
        self.listed(self.by_kind.get(kind)).filter(move |object| object.group() == group)
    }

    /// Objects of one namespace, in the order of the input; those of no namespace land in `default`.
    pub fn in_namespace(&self, namespace: &str) -> impl Iterator<Item = &Object> {
        self.listed(self.by_namespace.get(namespace))
    }

    /// Pods and pod templates of one namespace, in the order of the input.
    pub fn pods_in(&self, namespace: &str, version: Version) -> impl Iterator<Item = Pod<'_>> {
        self.listed(self.carriers.get(namespace)).flat_map(move |object| object.pods(version))
    }

    fn listed<'a>(&'a self, indexes: Option<&'a Vec<usize>>) -> impl Iterator<Item = &'a Object> {
        indexes.into_iter().flatten().filter_map(|index| self.objects.get(*index))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use finding::Source;

    use super::*;
    use crate::{Limits, read};

    #[test]
    fn pods_are_found_by_the_namespace_they_land_in() {
        let text = "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {}}\n---\n\
            {apiVersion: v1, kind: Service, metadata: {name: b, namespace: shop}}\n---\n\
            {apiVersion: apps/v1, kind: Deployment, metadata: {name: c, namespace: shop}, \
             spec: {template: {spec: {}}}}\n---\n\
            {apiVersion: serving.knative.dev/v1, kind: Service, metadata: {name: d, namespace: shop}, \
             spec: {template: {spec: {containers: [{image: x}]}}}}\n";
        let inventory =
            Inventory::new(read(&Arc::new(Source::file("t", text.to_owned())), Limits::default()).objects);
        let names = |namespace| -> Vec<&str> {
            inventory.pods_in(namespace, Version::NEWEST).map(|pod| pod.object().name()).collect()
        };
        assert_eq!(names("default"), ["a"]);
        assert_eq!(names("shop"), ["c", "d"]);
        assert_eq!(names("other"), [""; 0]);
        assert_eq!(inventory.in_namespace("shop").count(), 3);
        assert_eq!(inventory.of_kind("", "Service").map(Object::name).collect::<Vec<_>>(), ["b"]);
    }
}
