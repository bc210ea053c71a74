//! `get-shipping-quote`: what shipping costs, asked of the handler of `quote-shipping` and waited for.

use std::sync::Arc;

use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use storefront_contracts::{Money, QuoteShipping, ShippingQuote, ShippingRefusal};
use tidings_aws::{
    EndpointFunction,
    http::{Answer, FieldError, Problem, Request, Serve},
    request::{AskError, Requester},
};
use tidings_core::{
    Clock, Command as _, Entropy,
    catalogue::{Endpoint, Resource},
    command::issue,
};
use uuid::Uuid;

use crate::tariff::{HEAVIEST, served_schema};

/// The query.
pub struct GetShippingQuote {
    /// Asks.
    pub requester: Arc<Requester>,
    /// When it is asked.
    pub clock: Arc<dyn Clock>,
    /// What ids are made of.
    pub entropy: Arc<dyn Entropy>,
}

impl Endpoint for GetShippingQuote {
    const NAME: &'static str = "get-shipping-quote";
    const SERVICE: &'static str = crate::SERVICE;
    const SUMMARY: &'static str = "What it costs to ship a parcel.";
    const METHOD: &'static str = "GET";
    const PATH: &'static str = "/shipping-quotes";
    const USES: &'static [Resource] = &[Resource::Send(QuoteShipping::TYPE), Resource::Replies];
    type Body = ();
    type Query = Parcel;
    type Answer = Quote;
}

/// The Lambda function `get-shipping-quote`.
#[must_use]
pub fn function() -> EndpointFunction<GetShippingQuote> {
    EndpointFunction::new(async |setting| {
        Ok(GetShippingQuote {
            requester: setting.requester()?,
            clock: setting.clock(),
            entropy: setting.entropy(),
        })
    })
}

/// The query string.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Parcel {
    /// Where to: ISO 3166-1 alpha-2, of a country that is shipped to.
    #[schemars(schema_with = "served_schema")]
    country: String,
    /// What it weighs, in grams.
    #[schemars(range(min = 1, max = HEAVIEST), example = 1200)]
    weight: u32,
}

/// What is answered.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Quote {
    price: Money,
    quote_id: String,
}

impl Serve for GetShippingQuote {
    async fn serve(&self, request: &Request<Self>) -> Result<Answer<Self>, Problem> {
        let parcel = request.query()?;
        let id = Uuid::from_u128(self.entropy.bits());
        let command = QuoteShipping {
            quote_id: format!("quo-{}", id.simple()),
            country: parcel.country,
            weight_grams: parcel.weight,
        };
        let origin = request.origin(Self::SERVICE, id, self.clock.now());
        let issued = issue(&command, origin);
        let issued = issued.map_err(|error| Problem::unavailable(error.to_string()))?;
        let quote = self.requester.ask::<QuoteShipping>(issued).await;
        match quote.map_err(problem)? {
            ShippingQuote::Quoted { price } => Ok(Answer::new(&Quote {
                price,
                quote_id: command.quote_id,
            })),
            ShippingQuote::Refused { reason } => Err(refused(reason)),
        }
    }
}

fn refused(reason: ShippingRefusal) -> Problem {
    Problem::parameter(match reason {
        ShippingRefusal::CountryNotServed => FieldError::parameter("country", "is not shipped to"),
        ShippingRefusal::NoWeight => FieldError::parameter("weight", "must be 1 or more, in grams"),
        ShippingRefusal::TooHeavy => FieldError::parameter("weight", "is more than a parcel may have"),
    })
}

fn problem(error: AskError) -> Problem {
    match error {
        AskError::TimedOut(_) => Problem::new(
            StatusCode::GATEWAY_TIMEOUT,
            "nobody has answered in time; ask again",
        ),
        AskError::NotSent(_) => Problem::unavailable("the question could not be asked"),
        AskError::Unreadable(_) => Problem::new(StatusCode::BAD_GATEWAY, "the answer cannot be read"),
    }
    .because(error.to_string())
}
