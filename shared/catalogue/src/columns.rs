//! Text in columns, for people.

use std::fmt;

/// Lines of columns, with titles between them.
#[derive(Debug, Default)]
pub struct Columns(Vec<Line>);

#[derive(Debug)]
enum Line {
    Title(String),
    Row(Vec<String>),
}

impl Columns {
    /// Begins a part, with this title.
    pub fn title(&mut self, title: &str) {
        self.0.push(Line::Title(title.to_owned()));
    }

    /// Adds a row.
    pub fn row<const N: usize>(&mut self, cells: [&str; N]) {
        self.0.push(Line::Row(cells.map(ToOwned::to_owned).to_vec()));
    }

    /// How wide each column is. The last one of a row has no width of its own.
    fn widths(&self) -> Vec<usize> {
        let mut widths = Vec::new();
        for line in &self.0 {
            let Line::Row(cells) = line else { continue };
            for (at, cell) in cells.iter().enumerate().take(cells.len().saturating_sub(1)) {
                if widths.len() <= at {
                    widths.push(0);
                }
                widths[at] = widths[at].max(cell.chars().count());
            }
        }
        widths
    }
}

impl fmt::Display for Columns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths = self.widths();
        for (at, line) in self.0.iter().enumerate() {
            match line {
                Line::Title(title) => {
                    if at > 0 {
                        writeln!(f)?;
                    }
                    writeln!(f, "{title}")?;
                }
                Line::Row(cells) => {
                    let mut text = String::from(" ");
                    for (column, cell) in cells.iter().enumerate() {
                        let width = widths.get(column).copied().unwrap_or_default();
                        text.push_str(&format!(" {cell:<width$} "));
                    }
                    writeln!(f, "{}", text.trim_end())?;
                }
            }
        }
        Ok(())
    }
}
