//! Tables that fit the terminal.

use comfy_table::{
    Attribute, Cell, Color, ColumnConstraint, ContentArrangement, Table, presets::UTF8_HORIZONTAL_ONLY,
};
use jiff::{SignedDuration, Timestamp};

/// As wide as a table is where it is written into a file or a pipe.
const WIDTH: u16 = 110;

/// How many characters a line has.
pub fn width() -> usize {
    Table::new().width().unwrap_or(WIDTH).into()
}

/// A table with this head.
pub fn table(head: &[&str]) -> Table {
    let mut table = Table::new();
    table
        .load_preset(UTF8_HORIZONTAL_ONLY)
        .set_content_arrangement(ContentArrangement::Dynamic);
    if !table.is_tty() {
        table.set_width(WIDTH);
    }
    table.set_header(head.iter().map(|title| match plain() {
        true => Cell::new(title),
        false => Cell::new(title).add_attribute(Attribute::Bold),
    }));
    table
}

/// Columns whose words are not broken, however narrow the terminal is: they are given to other commands.
pub fn unbroken(table: &mut Table, columns: &[usize]) {
    for column in columns {
        if let Some(column) = table.column_mut(*column) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
}

/// What asks for attention.
pub fn urgent(text: impl Into<String>) -> Cell {
    let cell = Cell::new(text.into());
    match plain() {
        true => cell,
        false => cell.fg(Color::Red),
    }
}

/// Whether somebody has said that they want no colour (no-color.org). Elsewhere than on a terminal, a
/// table has none anyway.
fn plain() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

/// How long ago, in the largest unit that says something.
pub fn ago(time: Option<Timestamp>, now: Timestamp) -> String {
    time.map_or_else(|| "?".to_owned(), |time| length(now.duration_since(time)))
}

/// A length of time.
pub fn length(time: SignedDuration) -> String {
    let seconds = time.as_secs();
    match seconds {
        ..60 => format!("{}s", seconds.max(0)),
        60..3600 => format!("{}m", seconds / 60),
        3600..172_800 => format!("{}h", seconds / 3600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// How a letter's id begins, as it can be given again.
pub fn short(id: &str) -> &str {
    id.get(..8).unwrap_or(id)
}
