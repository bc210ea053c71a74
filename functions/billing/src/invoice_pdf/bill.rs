//! What an invoice says, and whether it adds up. No amount is ever a float.

use jiff::civil::Date;
use storefront_contracts::{InvoiceCreated, Item, Money, Overflow};
use thiserror::Error;

use crate::tax::{Included, TaxRate};

/// What is on an invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    /// The invoice's number.
    pub number: String,
    /// The day on which it was issued, in UTC.
    pub issued: Date,
    /// The order.
    pub order: String,
    /// Who is billed, by their id: an invoice holds no name and no address, which its customer can have erased.
    pub customer: String,
    /// What is billed. None where the order did not say (`order.placed` of version 1).
    pub lines: Vec<Line>,
    /// The rate of the tax.
    pub rate: TaxRate,
    /// What of the total is tax, and what is not.
    pub included: Included,
    /// What is to be paid.
    pub total: Money,
}

/// A line of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What the article is called.
    pub name: String,
    /// How many.
    pub quantity: u32,
    /// The price of one.
    pub unit_price: Money,
    /// The price of all.
    pub sum: Money,
}

/// Why there is no bill: permanent, because the event says what it says.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoBill {
    /// A line is in another currency than the total.
    #[error("the total is in {}, and a line in {}", .0.currency.code(), .1.currency.code())]
    OtherCurrency(Money, Money),
    /// The lines do not make the total.
    #[error("the lines make {lines}, and the total is {total}")]
    DoesNotAddUp {
        /// What the lines make.
        lines: Money,
        /// What is to be paid.
        total: Money,
    },
    /// An amount is too large.
    #[error(transparent)]
    Overflow(#[from] Overflow),
}

impl Bill {
    /// The bill of an invoice that was issued then.
    ///
    /// # Errors
    /// When it does not add up.
    pub fn of(invoice: InvoiceCreated, issued: Date, rate: TaxRate) -> Result<Self, NoBill> {
        let total = invoice.total;
        let lines = invoice.items.into_iter().map(|item| line(item, total));
        let lines: Vec<Line> = lines.collect::<Result<_, _>>()?;
        let sum = Money::sum(total.currency, lines.iter().map(|line| line.sum.amount))?;
        if !lines.is_empty() && sum != total {
            return Err(NoBill::DoesNotAddUp { lines: sum, total });
        }
        Ok(Self {
            number: invoice.invoice_id,
            issued,
            order: invoice.order_id,
            customer: invoice.user_id,
            lines,
            rate,
            included: rate.included(total),
            total,
        })
    }
}

fn line(item: Item, total: Money) -> Result<Line, NoBill> {
    if item.unit_price.currency != total.currency {
        return Err(NoBill::OtherCurrency(total, item.unit_price));
    }
    Ok(Line {
        sum: item.unit_price.times(item.quantity)?,
        name: item.name,
        quantity: item.quantity,
        unit_price: item.unit_price,
    })
}

#[cfg(test)]
mod tests {
    use storefront_contracts::Currency;

    use super::*;

    fn money(amount: i64, currency: Currency) -> Money {
        Money { amount, currency }
    }

    fn bill(total: Money, lines: &[(u32, Money)]) -> Result<Bill, NoBill> {
        let item = |(quantity, unit_price): &(u32, Money)| Item {
            sku: "tea".into(),
            name: "Tea".into(),
            quantity: *quantity,
            unit_price: *unit_price,
        };
        let invoice = InvoiceCreated {
            invoice_id: "inv-1".into(),
            order_id: "o-1".into(),
            user_id: "u-1".into(),
            total,
            items: lines.iter().map(item).collect(),
            tax_rate: None,
        };
        Bill::of(invoice, Date::constant(2026, 1, 15), TaxRate::DEFAULT)
    }

    #[test]
    fn lines_sums_tax_and_total_add_up() {
        let eur = |amount| money(amount, Currency::EUR);
        let bill = bill(eur(3_098), &[(2, eur(1_299)), (1, eur(500))]).unwrap();
        let sums: Vec<_> = bill.lines.iter().map(|line| line.sum).collect();
        assert_eq!(sums, [eur(2_598), eur(500)]);
        let Included { net, tax } = bill.included;
        assert_eq!((net, tax, bill.total), (eur(2_582), eur(516), eur(3_098)));
    }

    #[test]
    fn what_does_not_add_up_is_no_bill() {
        let eur = |amount| money(amount, Currency::EUR);
        assert_eq!(
            bill(eur(999), &[(2, eur(500))]),
            Err(NoBill::DoesNotAddUp {
                lines: eur(1_000),
                total: eur(999)
            })
        );
        let yen = money(500, Currency::JPY);
        assert_eq!(
            bill(eur(500), &[(1, yen)]),
            Err(NoBill::OtherCurrency(eur(500), yen))
        );
        assert_eq!(
            bill(eur(1), &[(2, eur(i64::MAX))]),
            Err(NoBill::Overflow(Overflow))
        );
        assert_eq!(
            bill(eur(1), &[(1, eur(i64::MAX)), (1, eur(1))]),
            Err(NoBill::Overflow(Overflow))
        );
    }

    #[test]
    fn an_order_that_did_not_say_what_was_ordered_is_billed_by_its_total() {
        let total = money(500, Currency::JPY);
        let bill = bill(total, &[]).unwrap();
        assert_eq!((bill.lines.len(), bill.total), (0, total));
    }
}
