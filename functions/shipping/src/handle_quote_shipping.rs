//! `handle-quote-shipping`: answers the command `quote-shipping`.
//!
//! Transactional, although it writes nothing but its record: that keeps the answer, so whoever asks again about the same quote gets the price
//! that he was given, also when the tariff has changed in between.

use storefront_contracts::{QuoteShipping, ShippingQuote};
use tidings_aws::ConsumerFunction;
use tidings_core::{Consumer, Context, Effects, Failure, Received, Transactional, consumer::guarantee};

use crate::tariff::price;

/// The handler of the command.
#[derive(Debug, Clone, Copy, Default)]
pub struct HandleQuoteShipping;

impl Consumer for HandleQuoteShipping {
    const NAME: &'static str = "handle-quote-shipping";
    const SERVICE: &'static str = crate::SERVICE;
    type Event = Received<QuoteShipping>;
    type Guarantee = guarantee::Transactional;
}

/// The Lambda function `handle-quote-shipping`.
#[must_use]
pub fn function() -> ConsumerFunction<HandleQuoteShipping> {
    ConsumerFunction::new(async |_| Ok(HandleQuoteShipping))
}

impl Transactional for HandleQuoteShipping {
    fn decide(&self, Received(asked): Received<QuoteShipping>, _: &Context) -> Result<Effects, Failure> {
        let quote = match price(&asked.country, asked.weight_grams) {
            Ok(price) => ShippingQuote::Quoted { price },
            Err(reason) => ShippingQuote::Refused { reason },
        };
        Ok(Effects::none().answer::<QuoteShipping>(&quote)?)
    }
}

#[cfg(test)]
mod tests {
    use storefront_contracts::{Currency, Money, ShippingRefusal};
    use tidings_testkit::given_command;

    use super::*;

    fn asked(country: &str) -> QuoteShipping {
        QuoteShipping {
            quote_id: "quo-1".into(),
            country: country.into(),
            weight_grams: 1200,
        }
    }

    #[test]
    fn a_price_or_the_reason_why_there_is_none_is_the_answer_and_nothing_is_stated() {
        let price = Money {
            amount: 1_449,
            currency: Currency::EUR,
        };
        given_command(&asked("FR"))
            .by(&HandleQuoteShipping)
            .answers::<QuoteShipping>(&ShippingQuote::Quoted { price })
            .does_nothing_else();
        let reason = ShippingRefusal::CountryNotServed;
        given_command(&asked("XX"))
            .by(&HandleQuoteShipping)
            .answers::<QuoteShipping>(&ShippingQuote::Refused { reason })
            .does_nothing_else();
    }
}
