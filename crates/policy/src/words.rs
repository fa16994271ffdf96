//! Which word did somebody mean who wrote another?

/// The one of `words` that a mistyped word most likely meant.
pub fn nearest<'w>(word: &str, words: &[&'w str]) -> Option<&'w str> {
    // Nobody mistypes a name of this length, and comparing costs the product of both.
    if word.len() > 64 {
        return None;
    }
    let lower = word.to_ascii_lowercase();
    let off = |known: &str| distance(word, known).min(distance(&lower, &known.to_ascii_lowercase()) + 1);
    let near = words.iter().map(|known| (off(known), *known)).min()?;
    let begun = || words.iter().find(|known| lower.len() > 3 && known.starts_with(lower.as_str()));
    if near.0 <= word.len() / 3 + 1 { Some(near.1) } else { begun().copied() }
}

/// Edits between two words (Levenshtein).
pub fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let above = row.get(j + 1).copied().unwrap_or(usize::MAX - 1);
            let cell = (diagonal + usize::from(x != y)).min(left + 1).min(above + 1);
            diagonal = above;
            if let Some(slot) = row.get_mut(j) {
                *slot = left;
            }
            left = cell;
        }
        if let Some(slot) = row.last_mut() {
            *slot = left;
        }
    }
    row.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_near_when_few_letters_differ() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(nearest("enfroce", &["warn", "enforce"]), Some("enforce")); // typos: ignore
        assert_eq!(nearest("zzzzzz", &["warn", "enforce"]), None);
        assert_eq!(nearest("Create", &["CONNECT", "CREATE"]), Some("CREATE"), "the case alone differs");
    }

    #[test]
    fn the_beginning_of_a_word_means_the_word() {
        assert_eq!(
            nearest("memory-limit", &["memory-limit-missing", "host-port"]),
            Some("memory-limit-missing")
        );
        assert_eq!(nearest("no", &["no-network-policy"]), None, "too little to go by");
    }
}
