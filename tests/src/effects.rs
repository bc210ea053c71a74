//! What consumers leave behind: invoices, counters, mails, outbox entries.

use std::collections::HashMap;

use anyhow::Context as _;
use aws_sdk_dynamodb::types::AttributeValue;
use billing::create_invoice::INVOICES;
use insights::track_analytics::{ANALYTICS, SPREAD};
use serde_json::Value;
use storefront_contracts::Currency;
use tidings_core::catalogue::OUTBOX;

use crate::{Stack, tables::Tables};

/// What is counted of orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// How many orders.
    pub orders: i64,
    /// The sum of their totals, in minor units.
    pub revenue: i64,
}

impl Tables {
    /// Everything that a table holds.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn items(&self, table: &str) -> anyhow::Result<Vec<Value>> {
        let scan = self
            .dynamodb
            .scan()
            .table_name(self.table(table))
            .consistent_read(true);
        let items = scan
            .into_paginator()
            .items()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await?;
        Ok(serde_dynamo::from_items(items)?)
    }

    /// The invoices, by order.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn invoices(&self) -> anyhow::Result<HashMap<String, Vec<Value>>> {
        by(self.items(INVOICES.name).await?, |invoice| {
            invoice["orderId"].as_str()
        })
    }

    /// The outbox entries, by the id of the event.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn outbox(&self) -> anyhow::Result<HashMap<String, Vec<Value>>> {
        let mut entries = self.items(OUTBOX.name).await?;
        for entry in &mut entries {
            let envelope = entry["envelope"]
                .as_str()
                .context("an outbox entry without envelope")?;
            entry["envelope"] = serde_json::from_str(envelope)?;
        }
        by(entries, |entry| entry["envelope"]["id"].as_str())
    }

    /// What was counted of orders in this currency, on whichever day.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn counted(&self, currency: Currency) -> anyhow::Result<Counted> {
        let mut counters = Vec::<Value>::new();
        for metric in SPREAD.all("orders") {
            let query = self
                .dynamodb
                .query()
                .table_name(self.table(ANALYTICS.name))
                .consistent_read(true);
            let query = query.key_condition_expression("metric = :orders");
            let query = query.expression_attribute_values(":orders", AttributeValue::S(metric));
            let items = query
                .into_paginator()
                .items()
                .send()
                .collect::<Result<Vec<_>, _>>()
                .await?;
            counters.extend(serde_dynamo::from_items::<_, Value>(items)?);
        }
        let of_this = format!("#{}#", currency.code());
        let ours = counters
            .iter()
            .filter(|counter| counter["bucket"].as_str().is_some_and(|b| b.contains(&of_this)));
        Ok(ours.fold(
            Counted {
                orders: 0,
                revenue: 0,
            },
            |sum, counter| Counted {
                orders: sum.orders + counter["orders"].as_i64().unwrap_or_default(),
                revenue: sum.revenue + counter["revenue"].as_i64().unwrap_or_default(),
            },
        ))
    }
}

impl Stack {
    /// What the providers of the emulator were told, oldest first. None where the endpoint has none, which is said aloud.
    ///
    /// # Errors
    /// When the endpoint shows something else.
    pub fn outside(&self) -> anyhow::Result<Option<Vec<Value>>> {
        let Some(calls) = self.peek("_outside/calls") else {
            eprintln!("SKIPPED: this endpoint does not show what providers were told.");
            return Ok(None);
        };
        Ok(Some(serde_json::from_value(calls)?))
    }

    /// A document of the bucket of the catalogue that the function `writer` writes.
    ///
    /// # Errors
    /// When the function is told of no such bucket, or the document is not there.
    pub async fn document(&self, writer: &str, bucket: &str, name: &str) -> anyhow::Result<Vec<u8>> {
        let variable = format!("BUCKET_{}", bucket.to_ascii_uppercase());
        let bucket = self.told(writer, &variable).await?;
        let object = self.s3.get_object().bucket(bucket).key(name).send().await;
        let object = object.with_context(|| format!("the document {name}"))?;
        Ok(object.body.collect().await?.to_vec())
    }

    /// The mails that were sent, by subject. None where the endpoint does not show them, which is said aloud.
    ///
    /// # Errors
    /// When the endpoint shows something else.
    pub fn mails(&self) -> anyhow::Result<Option<HashMap<String, Vec<Value>>>> {
        let Some(answer) = self.peek("_ministack/ses/messages") else {
            eprintln!("SKIPPED: this endpoint does not show what was sent by mail.");
            return Ok(None);
        };
        let accounts = answer["messages"]
            .as_object()
            .context("the mails of each account")?;
        let mails = accounts
            .values()
            .filter_map(Value::as_array)
            .flatten()
            .cloned()
            .collect();
        by(mails, |mail| mail["Subject"].as_str()).map(Some)
    }
}

fn by(
    items: Vec<Value>,
    name: impl Fn(&Value) -> Option<&str>,
) -> anyhow::Result<HashMap<String, Vec<Value>>> {
    let mut grouped: HashMap<_, Vec<_>> = HashMap::new();
    for item in items {
        let name = name(&item)
            .with_context(|| format!("not what was expected: {item}"))?
            .to_owned();
        grouped.entry(name).or_default().push(item);
    }
    Ok(grouped)
}
