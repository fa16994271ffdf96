//! Which stretch, of those that hold a place, was written first?
//!
//! One pass over both in the order of the text: a file may hold as many waivers as findings.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use finding::Span;

/// For each place, in order, the lowest number among the stretches that hold it.
pub(super) fn first_around(places: &[u32], stretches: &[(Span, usize)]) -> Vec<Option<usize>> {
    let mut stretches: Vec<(Span, usize)> = stretches.to_vec();
    stretches.sort_unstable();
    let (mut next, mut open) = (stretches.into_iter().peekable(), BinaryHeap::new());
    let around = places.iter().map(|place| {
        while let Some((span, number)) = next.next_if(|(span, _)| span.start <= *place) {
            open.push(Reverse((number, span.end)));
        }
        // What has ended holds no later place either.
        while open.peek().is_some_and(|Reverse((_, end))| end <= place) {
            open.pop();
        }
        open.peek().map(|Reverse((number, _))| *number)
    });
    around.collect()
}

/// Whether any of the places, which are in order, stands in the stretch.
pub(super) fn holds_any(span: Span, places: &[u32]) -> bool {
    let first = places.partition_point(|place| *place < span.start);
    places.get(first).is_some_and(|place| *place < span.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_nested_stretches_is_found_and_none_that_has_ended() {
        let stretches =
            [(Span::new(4, 6), 0), (Span::new(0, 9), 1), (Span::new(2, 3), 2), (Span::new(2, 5), 3)];
        let places = [0, 2, 3, 4, 5, 6, 8, 9, 20];
        let wanted = [Some(1), Some(1), Some(1), Some(0), Some(0), Some(1), Some(1), None, None];
        assert_eq!(first_around(&places, &stretches), wanted);
        let brute = |place: u32| {
            let holding = stretches.iter().filter(|(span, _)| span.start <= place && place < span.end);
            holding.map(|(_, number)| *number).min()
        };
        assert_eq!(places.map(brute), wanted);
        assert!(holds_any(Span::new(6, 8), &places) && !holds_any(Span::new(10, 20), &places));
    }
}
