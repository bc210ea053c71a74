//! Where on which page everything is. Lengths are points, from the upper left corner of an A4 page.

use storefront_contracts::Money;

use super::{bill::Bill, typeface::TYPEFACE};

pub(super) const WIDTH: f32 = 595.0;
pub(super) const HEIGHT: f32 = 842.0;
const LEFT: f32 = 56.0;
const RIGHT: f32 = WIDTH - LEFT;
/// The baseline of the first line.
const TOP: f32 = 72.0;
/// Below this nothing begins but the foot.
const BOTTOM: f32 = HEIGHT - 96.0;
const FOOT: f32 = HEIGHT - 48.0;

const SIZE: f32 = 10.0;
const SMALL: f32 = 8.0;
const LARGE: f32 = 20.0;
/// From one baseline to the next.
const LINE: f32 = 14.0;

/// The table's columns: names are at the left, numbers end at these places.
const NAME_WIDTH: f32 = 214.0;
const QUANTITY: Column = Column {
    right: 330.0,
    width: 54.0,
};
const UNIT_PRICE: Column = Column {
    right: 434.0,
    width: 98.0,
};
const SUM: Column = Column {
    right: RIGHT,
    width: 98.0,
};
/// Where the words of the totals begin.
const TOTALS: f32 = 290.0;
/// Lines that a name takes, at most.
const MOST_NAME_LINES: usize = 4;

/// A column of numbers.
struct Column {
    right: f32,
    width: f32,
}

/// A page.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) texts: Vec<Text>,
    /// Rules from margin to margin, by their height on the page.
    pub(super) rules: Vec<f32>,
}

/// A text, and where its baseline begins.
#[derive(Debug)]
pub(super) struct Text {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) size: f32,
    pub(super) text: String,
}

/// The pages so far, and the next baseline on the last of them.
struct Sheets {
    pages: Vec<Page>,
    y: f32,
}

/// The pages of a bill.
pub(super) fn pages(bill: &Bill) -> Vec<Page> {
    let mut sheets = Sheets {
        pages: vec![Page::default()],
        y: TOP,
    };
    sheets.head(bill);
    sheets.table_head();
    for line in &bill.lines {
        let mut names = TYPEFACE.lines(&line.name, SIZE, NAME_WIDTH, MOST_NAME_LINES);
        if names.is_empty() {
            names.push("—".to_owned());
        }
        // A line is not torn apart by the end of a page.
        if sheets.make_room(names.len()) {
            sheets.table_head();
        }
        sheets.number(&line.quantity.to_string(), QUANTITY, SIZE);
        sheets.number(&line.unit_price.to_string(), UNIT_PRICE, SIZE);
        sheets.number(&line.sum.to_string(), SUM, SIZE);
        for name in names {
            sheets.text(LEFT, SIZE, name);
            sheets.y += LINE;
        }
    }
    if bill.lines.is_empty() {
        sheets.text(LEFT, SIZE, "As ordered");
        sheets.y += LINE;
    }
    sheets.totals(bill);
    sheets.feet(&bill.number)
}

impl Sheets {
    fn head(&mut self, bill: &Bill) {
        self.text(LEFT, LARGE, "Invoice");
        self.y += 2.5 * LINE;
        for (what, value) in [
            ("Number", &bill.number),
            ("Date", &bill.issued.to_string()),
            ("Order", &bill.order),
            ("Customer", &bill.customer),
        ] {
            self.text(LEFT, SIZE, what);
            let lines = TYPEFACE.lines(value, SIZE, RIGHT - LEFT - 80.0, 3);
            for line in lines {
                self.text(LEFT + 80.0, SIZE, line);
                self.y += LINE;
            }
        }
        self.y += LINE;
    }

    fn table_head(&mut self) {
        self.text(LEFT, SMALL, "Article");
        self.number("Quantity", QUANTITY, SMALL);
        self.number("Unit price", UNIT_PRICE, SMALL);
        self.number("Sum", SUM, SMALL);
        self.rule();
    }

    fn totals(&mut self, bill: &Bill) {
        // They stay together.
        self.make_room(5);
        self.y -= LINE;
        self.rule();
        let tax = format!("Tax {}", bill.rate);
        for (what, amount, size) in [
            ("Net", bill.included.net, SIZE),
            (&tax, bill.included.tax, SIZE),
            ("Total", bill.total, 1.2 * SIZE),
        ] {
            self.total(what, amount, size);
        }
        self.text(LEFT, SMALL, "Prices include the tax.");
    }

    fn total(&mut self, what: &str, amount: Money, size: f32) {
        self.text(TOTALS, size, what);
        self.number(&amount.to_string(), SUM, size);
        self.y += 1.2 * LINE;
    }

    fn feet(mut self, number: &str) -> Vec<Page> {
        let of = self.pages.len();
        for (page, index) in self.pages.iter_mut().zip(1..) {
            let text = TYPEFACE.lines(
                &format!("{number} · Page {index} of {of}"),
                SMALL,
                RIGHT - LEFT,
                1,
            );
            page.texts.push(Text {
                x: LEFT,
                y: FOOT,
                size: SMALL,
                text: text.concat(),
            });
        }
        self.pages
    }

    /// Begins a page unless so many lines fit on this one; answers whether it has.
    fn make_room(&mut self, lines: usize) -> bool {
        let full = self.y + LINE * lines.saturating_sub(1) as f32 > BOTTOM;
        if full {
            self.pages.push(Page::default());
            self.y = TOP;
        }
        full
    }

    fn text(&mut self, x: f32, size: f32, text: impl Into<String>) {
        let (y, text) = (self.y, text.into());
        self.page().texts.push(Text { x, y, size, text });
    }

    /// A number at the end of its column. It is never cut: one that is too wide is smaller.
    fn number(&mut self, text: &str, column: Column, size: f32) {
        let size = size.min(size * column.width / TYPEFACE.width(text, size));
        self.text(column.right - TYPEFACE.width(text, size), size, text);
    }

    fn rule(&mut self) {
        let y = self.y + LINE / 2.0;
        self.page().rules.push(y);
        self.y += 1.5 * LINE;
    }

    fn page(&mut self) -> &mut Page {
        self.pages.last_mut().expect("there is a first page")
    }
}

/// Where rules begin and end.
pub(super) const RULE: (f32, f32) = (LEFT, RIGHT);

#[cfg(test)]
mod tests {
    use jiff::civil::Date;
    use storefront_contracts::{Currency, InvoiceCreated, Item};

    use super::*;
    use crate::tax::TaxRate;

    fn bill(items: usize, name: &str, amount: i64) -> Bill {
        let unit_price = Money {
            amount,
            currency: Currency::EUR,
        };
        let item = Item {
            sku: "tea".into(),
            name: name.into(),
            quantity: 1,
            unit_price,
        };
        let invoice = InvoiceCreated {
            invoice_id: "inv-1".into(),
            order_id: "o-1".into(),
            user_id: "u-1".into(),
            total: Money {
                amount: amount * i64::try_from(items).unwrap(),
                ..unit_price
            },
            items: vec![item; items],
            tax_rate: None,
        };
        Bill::of(invoice, Date::constant(2026, 1, 15), TaxRate::DEFAULT).unwrap()
    }

    /// Nothing leaves the page or runs into its foot, and no text runs into another.
    fn assert_readable(pages: &[Page]) {
        for page in pages {
            let boxes: Vec<_> = page
                .texts
                .iter()
                .map(|text| (text, text.x + TYPEFACE.width(&text.text, text.size)))
                .collect();
            for (index, (text, end)) in boxes.iter().enumerate() {
                assert!(
                    text.x >= LEFT - 0.1 && *end <= RIGHT + 0.1,
                    "{text:?} ends at {end}"
                );
                assert!(text.y <= FOOT, "{text:?}");
                for (other, other_end) in &boxes[index + 1..] {
                    let beside = *end <= other.x || *other_end <= text.x;
                    let above = (text.y - other.y).abs() >= text.size.min(other.size);
                    assert!(beside || above, "{text:?} runs into {other:?}");
                }
            }
        }
    }

    #[test]
    fn many_lines_take_several_pages_each_with_the_table_s_head_and_its_number() {
        let pages = pages(&bill(500, "Tea", 500));
        assert!(pages.len() > 10);
        assert_readable(&pages);
        for (page, index) in pages.iter().zip(1..) {
            let said = |what: &str| page.texts.iter().filter(|text| text.text == what).count();
            assert_eq!(said(&format!("inv-1 · Page {index} of {}", pages.len())), 1);
            assert!(said("Article") == 1 || index == pages.len(), "page {index}");
        }
        let names = pages
            .iter()
            .flat_map(|page| &page.texts)
            .filter(|text| text.text == "Tea");
        assert_eq!(names.count(), 500);
    }

    #[test]
    fn the_totals_stay_together_wherever_the_last_page_ends() {
        for items in (1..8).chain(30..60) {
            let pages = pages(&bill(items, "Tea", 500));
            assert_readable(&pages);
            let last = pages.last().unwrap();
            for total in ["Net", "Tax 20 %", "Total"] {
                assert!(
                    last.texts.iter().any(|text| text.text == total),
                    "{items}: {total}"
                );
            }
        }
    }

    #[test]
    fn long_names_and_large_amounts_run_into_nothing() {
        let name = "A mug with a picture of the harbour of Thessaloniki ".repeat(8);
        for (name, amount) in [
            (name.as_str(), 500),
            (&"x".repeat(1_000), 7),
            ("", i64::MAX / 40),
            ("\u{7}\n", 0),
        ] {
            assert_readable(&pages(&bill(40, name, amount)));
        }
    }
}
