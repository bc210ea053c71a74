//! Customers (Stripe: API reference, create a customer).

use async_trait::async_trait;
use serde::Deserialize;
use tidings_core::Failure;

use super::Stripe;
use crate::{CreateCustomers, NewCustomer};

#[derive(Deserialize)]
struct Made {
    id: String,
}

#[async_trait]
impl CreateCustomers for Stripe {
    async fn create(&self, customer: &NewCustomer, key: &str) -> Result<String, Failure> {
        let form = [
            ("name", customer.name.as_str()),
            ("email", customer.email.as_str()),
            ("metadata[user_id]", customer.user_id.as_str()),
        ];
        let made: Made = self.post("/v1/customers", &form, key).await?;
        Ok(made.id)
    }
}
