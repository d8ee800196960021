//! The cells of a row, without much around them: a list is kept for as long as its batch runs.

/// Texts in a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cells {
    text: Box<str>,
    /// Where each ends.
    ends: Box<[u32]>,
}

impl Cells {
    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The one at this index.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&str> {
        let at = |index: usize| self.ends.get(index).map(|&end| end as usize);
        let start = index.checked_sub(1).map_or(Some(0), at)?;
        self.text.get(start..at(index)?)
    }

    /// All of them.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.len()).map(|index| self.get(index).unwrap_or_default())
    }
}

impl<T: AsRef<str>> FromIterator<T> for Cells {
    fn from_iter<I: IntoIterator<Item = T>>(cells: I) -> Self {
        let (mut text, mut ends) = (String::new(), Vec::new());
        for cell in cells {
            text.push_str(cell.as_ref());
            // A row of more than four gigabytes has no more cells.
            let Ok(end) = u32::try_from(text.len()) else { break };
            ends.push(end);
        }
        Self { text: text.into(), ends: ends.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_what_they_were_made_of() {
        for texts in [&[][..], &[""], &["ada@acme.com", "", "Zoë", ""]] {
            let cells: Cells = texts.iter().collect();
            assert_eq!(cells.iter().collect::<Vec<_>>(), texts);
            assert_eq!((cells.len(), cells.is_empty()), (texts.len(), texts.is_empty()));
            assert_eq!(cells.get(texts.len()), None);
        }
    }
}
