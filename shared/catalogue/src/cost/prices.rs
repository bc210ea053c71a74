//! Prices.

use serde::{Deserialize, Serialize};

use super::{Priced, Units};

/// What things cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Prices {
    /// The region whose prices they are.
    pub region: String,
    /// The currency.
    pub currency: String,
    /// Lambda's.
    pub lambda: Lambda,
    /// DynamoDB's, on demand.
    pub dynamodb: DynamoDb,
    /// SNS's.
    pub sns: Sns,
    /// SQS's.
    pub sqs: Sqs,
}

/// What Lambda costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Lambda {
    /// A million calls.
    pub million_requests: f64,
    /// A second of a GB of memory.
    pub gb_second: f64,
}

/// What DynamoDB costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DynamoDb {
    /// A million write request units.
    pub million_write_units: f64,
    /// A million read request units.
    pub million_read_units: f64,
}

/// What SNS costs. It delivers to SQS without a price of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sns {
    /// A million publishes.
    pub million_publishes: f64,
}

/// What SQS costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sqs {
    /// A million requests to standard queues.
    pub million_standard_requests: f64,
    /// A million requests to FIFO queues.
    pub million_fifo_requests: f64,
}

/// A text that is no price file.
#[derive(Debug, thiserror::Error)]
#[error("no prices: {0}: {1}")]
pub struct UnreadablePrices(String, String);

impl Prices {
    /// Reads a price file, of the form of `docs/prices.json`.
    ///
    /// # Errors
    /// It is no JSON, or a price is missing.
    pub fn read(json: &str) -> Result<Self, UnreadablePrices> {
        let mut reader = serde_json::Deserializer::from_str(json);
        let read = serde_path_to_error::deserialize(&mut reader);
        read.map_err(|error| UnreadablePrices(error.path().to_string(), error.inner().to_string()))
    }

    pub(super) fn of(&self, units: Units) -> Priced {
        let million = super::MILLION;
        let price = units.lambda_calls / million * self.lambda.million_requests
            + units.lambda_gb_seconds * self.lambda.gb_second
            + units.write_units / million * self.dynamodb.million_write_units
            + units.read_units / million * self.dynamodb.million_read_units
            + units.sns_publishes / million * self.sns.million_publishes
            + units.sqs_requests / million * self.sqs.million_standard_requests
            + units.sqs_fifo_requests / million * self.sqs.million_fifo_requests;
        Priced { units, price }
    }
}
