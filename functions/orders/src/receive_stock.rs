//! `receive-stock`: pieces of an article have arrived, and can be sold.
//!
//! For the shop's staff: who may call the function is a permission of its own.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use storefront_contracts::StockItem;
use tidings_aws::{
    EndpointFunction,
    event_store::EventStore,
    http::{Answer, Answers, FieldError, Problem, Request, Serve, whole},
    idempotency::Effect,
};
use tidings_core::catalogue::{
    Access, Callers, EVENTS, Endpoint, IDEMPOTENCY, IdempotencyKey, Link, Resource,
};

use crate::stock::{self, STOCK};

/// The publisher. No event tells of it; what depends on the number asks for it.
pub struct ReceiveStock {
    /// What commits the receipt together with its answer.
    pub events: EventStore,
    /// The answers to requests that were made before.
    pub answers: Answers,
    /// The table of the stock.
    pub stock: String,
}

impl Endpoint for ReceiveStock {
    const NAME: &'static str = "receive-stock";
    const SERVICE: &'static str = crate::SERVICE;
    const SUMMARY: &'static str =
        "Adds pieces of an article that have arrived to the stock; for the shop's staff.";
    const CALLERS: Callers = Callers::Staff;
    const METHOD: &'static str = "POST";
    const PATH: &'static str = "/stock/{sku}/receipts";
    const STATUS: u16 = 201;
    const KEY: IdempotencyKey = IdempotencyKey::Required;
    const LINKS: &'static [Link] = &[
        Link::to("get-stock", &[("sku", "$response.body#/sku")]),
        Link::to("get-recommendations", &[("sku", "$response.body#/sku")]),
    ];
    const USES: &'static [Resource] = &[
        Resource::Table(&EVENTS, Access::Append),
        Resource::Table(&STOCK, Access::Write),
        Resource::Table(&IDEMPOTENCY, Access::ReadWrite),
    ];
    type Body = Receipt;
    type Query = ();
    type Answer = Received;
}

/// The Lambda function `receive-stock`.
#[must_use]
pub fn function() -> EndpointFunction<ReceiveStock> {
    EndpointFunction::new(async |setting| {
        Ok(ReceiveStock {
            events: setting.events()?,
            answers: setting.answers()?,
            stock: setting.table(&STOCK)?,
        })
    })
}

/// The body of a request.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Receipt {
    /// How many have arrived.
    #[schemars(range(min = 1, max = MOST), example = 12)]
    #[serde(deserialize_with = "whole")]
    quantity: i64,
}

/// What is answered.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Received {
    sku: String,
    /// How many were added.
    received: u64,
}

/// Pieces of one receipt, at most.
const MOST: i64 = 1_000_000;

impl Serve for ReceiveStock {
    async fn serve(&self, request: &Request<Self>) -> Result<Answer<Self>, Problem> {
        let sku = &request.path_parameter("sku")?;
        let Receipt { quantity } = request.json()?;
        let pieces = u64::try_from(quantity)
            .ok()
            .filter(|_| (1..=MOST).contains(&quantity));
        let Some(pieces) = pieces else {
            let detail = format!("must be 1 to {MOST}");
            return Err(Problem::fields(vec![FieldError::new("/quantity", detail)]));
        };
        let once = self.answers.once(request)?;
        let author = request.author(Self::SERVICE);
        let receiving = once.work::<Problem, _>(&self.events, &author, |mut work| async move {
            let item = StockItem {
                sku: sku.clone(),
                quantity: pieces,
            };
            work.write(Effect {
                action: stock::add(&self.stock, &item),
                otherwise: None,
            });
            Ok(work.answer(Answer::new(&Received {
                sku: item.sku,
                received: pieces,
            })))
        });
        receiving.await
    }
}
