//! Customers, as shipping knows them: a whole copy of each, kept by `keep-customer-copy`, so that nobody has to be asked (event-carried
//! state transfer).

use std::sync::Arc;

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use serde::{Deserialize, Serialize};
use serde_dynamo::aws_sdk_dynamodb_1::from_item;
use storefront_contracts::CustomerUpdated;
use tidings_aws::{ConfigError, Setting, personal::Keyring};
use tidings_core::{
    Failure,
    catalogue::{Access, Resource, Table},
};

/// The copies, by customer. Personal values are sealed in them, as they came.
pub const SHIPPING_CUSTOMERS: Table = Table::new("shipping-customers", crate::SERVICE, "customerId");

/// The attribute that holds the version of the customer that the copy is of.
pub const VERSION: &str = "version";

/// A copy, as an item.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Copy {
    pub(crate) customer_id: String,
    pub(crate) version: u32,
    pub(crate) customer: CustomerUpdated,
}

/// The table of copies, to be read.
#[derive(Clone)]
pub struct CustomerCopies {
    dynamodb: Client,
    table: String,
    keyring: Option<Arc<Keyring>>,
}

impl CustomerCopies {
    /// What a function uses that reads them.
    pub const USES: &'static [Resource] = &[
        Resource::Table(&SHIPPING_CUSTOMERS, Access::Read),
        Resource::Personal(Access::Read),
    ];

    /// The table of this name; `keyring` opens what is sealed in it.
    #[must_use]
    pub fn new(dynamodb: Client, table: impl Into<String>, keyring: Option<Arc<Keyring>>) -> Self {
        Self {
            dynamodb,
            table: table.into(),
            keyring,
        }
    }

    /// The copies, as a function that uses them is set up.
    ///
    /// # Errors
    /// When the function does not declare that it uses them.
    pub fn of(setting: &Setting) -> Result<Self, ConfigError> {
        let table = setting.table(&SHIPPING_CUSTOMERS)?;
        Ok(Self::new(setting.dynamodb(), table, setting.keyring()))
    }

    /// What is known of a customer: nothing before the first `customer.updated` has come.
    ///
    /// # Errors
    /// When the table or the keys do not answer: transient. When a value cannot be opened: permanent.
    pub async fn find(&self, customer_id: &str) -> Result<Option<CustomerUpdated>, Failure> {
        let get = self
            .dynamodb
            .get_item()
            .table_name(&self.table)
            .key(
                SHIPPING_CUSTOMERS.partition_key,
                AttributeValue::S(customer_id.to_owned()),
            )
            .consistent_read(true);
        let Some(item) = get.send().await?.item else {
            return Ok(None);
        };
        let Copy { customer, .. } = from_item(item)?;
        Ok(Some(match &self.keyring {
            Some(keyring) => keyring.open_state(&customer).await?,
            None => customer,
        }))
    }
}
