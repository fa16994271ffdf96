//! Aliases and merge keys: copies of what was written elsewhere in the document.

use super::build::{Builder, Bytes};
use super::errors;
use crate::Problem;
use crate::tree::{Body, ROOT};

impl Builder<'_> {
    /// Puts copies of the entries of `<<: value` where the merge key stands.
    ///
    /// The reader that Kubernetes uses sets keys in the order of the text, so a merge after a key
    /// overrides that key; of several merged mappings the first one wins.
    pub(super) fn merge(&mut self, value: u32, bytes: &Bytes) -> Result<(), Problem> {
        if let Some(frame) = self.open.last_mut() {
            frame.merge = false;
        }
        let Some(Body::Seq { start, len }) = self.body(value) else {
            return self.merge_mapping(value, bytes);
        };
        for index in (start..start + len).rev() {
            let map = self.tree.children.get(index as usize).copied().unwrap_or(ROOT);
            self.merge_mapping(map, bytes)?;
        }
        Ok(())
    }

    fn merge_mapping(&mut self, map: u32, bytes: &Bytes) -> Result<(), Problem> {
        let Some(Body::Map { start, len }) = self.body(map) else {
            return Err(self.unreadable(bytes.clone(), errors::MERGE.to_owned()));
        };
        let parent = self.open.last().map_or(ROOT, |frame| frame.node);
        for index in start..start + len * 2 {
            let copy = self.copy_child(index, parent, 0, bytes)?;
            self.pending.push(copy);
        }
        Ok(())
    }

    /// A deep copy, marked as shared. Depth is bounded by the tree's own, work by `Limits::copies`.
    pub(super) fn copy(&mut self, node: u32, depth: usize, bytes: &Bytes) -> Result<u32, Problem> {
        self.copies += 1;
        if self.copies > self.limits.copies {
            return Err(self.unreadable(bytes.clone(), errors::too_many_copies(self.limits.copies)));
        }
        if self.open.len() + depth > self.limits.depth {
            return Err(self.unreadable(bytes.clone(), errors::too_deep(self.limits.depth)));
        }
        let Some(mut data) = self.tree.nodes.get(node as usize).copied() else { return Ok(ROOT) };
        data.shared = true;
        let copy = self.tree.nodes.len() as u32;
        self.tree.nodes.push(data);
        let (from, len) = match data.body {
            Body::Seq { start, len } => (start, len),
            Body::Map { start, len } => (start, len * 2),
            _ => return Ok(copy),
        };
        // Grandchildren push in between, so the place for the children is taken first.
        let to = self.tree.children.len();
        self.tree.children.resize(to + len as usize, ROOT);
        for index in 0..len {
            let kid = self.copy_child(from + index, copy, depth + 1, bytes)?;
            if let Some(place) = self.tree.children.get_mut(to + index as usize) {
                *place = kid;
            }
        }
        if let Some(data) = self.tree.nodes.get_mut(copy as usize) {
            match &mut data.body {
                Body::Map { start, .. } | Body::Seq { start, .. } => *start = to as u32,
                _ => {}
            }
        }
        Ok(copy)
    }

    /// Copies what `Tree::children` holds at `index` for a new parent.
    fn copy_child(&mut self, index: u32, parent: u32, depth: usize, bytes: &Bytes) -> Result<u32, Problem> {
        let kid = self.tree.children.get(index as usize).copied().unwrap_or(ROOT);
        let copy = self.copy(kid, depth, bytes)?;
        if let Some(data) = self.tree.nodes.get_mut(copy as usize) {
            data.parent = parent;
        }
        Ok(copy)
    }
}
