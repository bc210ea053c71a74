//! The outside world, whole.

use std::sync::Arc;

use async_trait::async_trait;
use tidings_aws::Setting;
use tidings_core::{Failure, catalogue::Resource};

use crate::{
    Booked, Charge, ChargeCards, ChargeError, Chat, CreateCustomers, Found, KeepDocuments, Mail, Mailer,
    NewCustomer, Notice, Notify, Parcel, RefundCharges, Unwanted, Warehouse,
};

/// Every provider that the storefront knows.
#[derive(Clone)]
pub struct Outside {
    /// Mail.
    pub mailer: Arc<dyn Mailer>,
    /// Charges cards.
    pub cards: Arc<dyn ChargeCards>,
    /// Gives money back.
    pub refunds: Arc<dyn RefundCharges>,
    /// Customers at the payment provider.
    pub customers: Arc<dyn CreateCustomers>,
    /// The channel of those who sell.
    pub chat: Arc<dyn Chat>,
    /// The warehouse.
    pub warehouse: Arc<dyn Warehouse>,
    /// What those who care for customers look at.
    pub crm: Arc<dyn Notify>,
    /// Who brought the customer.
    pub affiliates: Arc<dyn Notify>,
    /// Invoices, as files.
    pub invoices: Arc<dyn KeepDocuments>,
}

impl Outside {
    /// What stands in for the outside world, for the function of this setting.
    #[must_use]
    pub fn standing_in(setting: &Setting) -> Option<Self> {
        let outside = setting.given::<Self>()?;
        Some(outside.for_who_uses(setting.uses()))
    }

    /// The same world for who declares these uses: what is not declared is not given out, as when deployed.
    #[must_use]
    pub fn for_who_uses(&self, uses: &[Resource]) -> Self {
        let mut given = Self::nobody();
        for resource in uses {
            match resource {
                Resource::Mail => given.mailer = self.mailer.clone(),
                Resource::Secret("stripe") => {
                    given.cards = self.cards.clone();
                    given.refunds = self.refunds.clone();
                    given.customers = self.customers.clone();
                }
                Resource::Secret("slack") => given.chat = self.chat.clone(),
                Resource::Secret("warehouse") => given.warehouse = self.warehouse.clone(),
                Resource::Secret("crm") => given.crm = self.crm.clone(),
                Resource::Secret("affiliates") => given.affiliates = self.affiliates.clone(),
                Resource::Bucket("invoices", _) => given.invoices = self.invoices.clone(),
                _ => {}
            }
        }
        given
    }

    /// A world in which nobody is there: what is not declared is not given out.
    #[must_use]
    pub fn nobody() -> Self {
        let nobody = Arc::new(Nobody);
        Self {
            mailer: nobody.clone(),
            cards: nobody.clone(),
            refunds: nobody.clone(),
            customers: nobody.clone(),
            chat: nobody.clone(),
            warehouse: nobody.clone(),
            crm: nobody.clone(),
            affiliates: nobody.clone(),
            invoices: nobody,
        }
    }
}

/// Stands where a provider would, for who has not declared that he uses it.
struct Nobody;

fn undeclared() -> Failure {
    Failure::transient("the function does not declare that it uses this provider (USES)")
        .of_class("Undeclared")
}

#[async_trait]
impl Mailer for Nobody {
    async fn send(&self, _: &Mail) -> Result<(), Failure> {
        Err(undeclared())
    }
}

#[async_trait]
impl ChargeCards for Nobody {
    async fn charge(&self, _: &Charge, _: &str) -> Result<String, ChargeError> {
        Err(ChargeError::Failed(undeclared()))
    }

    async fn find(&self, _: &str) -> Result<Found, Failure> {
        Err(undeclared())
    }
}

#[async_trait]
impl RefundCharges for Nobody {
    async fn refund(&self, _: &str, _: &str) -> Result<(), Failure> {
        Err(undeclared())
    }
}

#[async_trait]
impl CreateCustomers for Nobody {
    async fn create(&self, _: &NewCustomer, _: &str) -> Result<String, Failure> {
        Err(undeclared())
    }
}

#[async_trait]
impl Chat for Nobody {
    async fn post(&self, _: &str) -> Result<(), Failure> {
        Err(undeclared())
    }
}

#[async_trait]
impl Warehouse for Nobody {
    async fn pack(&self, _: &Parcel, _: &str) -> Result<Booked, Failure> {
        Err(undeclared())
    }

    async fn unpack(&self, _: &Unwanted, _: &str) -> Result<(), Failure> {
        Err(undeclared())
    }
}

#[async_trait]
impl Notify for Nobody {
    async fn notify(&self, _: &Notice) -> Result<(), Failure> {
        Err(undeclared())
    }
}

#[async_trait]
impl KeepDocuments for Nobody {
    async fn keep(&self, _: &str, _: &str, _: &[u8]) -> Result<(), Failure> {
        Err(undeclared())
    }
}

#[cfg(test)]
mod tests {
    use tidings_core::catalogue::Access;

    use super::*;

    /// Does everything.
    struct Anybody;

    #[async_trait]
    impl Mailer for Anybody {
        async fn send(&self, _: &Mail) -> Result<(), Failure> {
            Ok(())
        }
    }

    #[async_trait]
    impl Chat for Anybody {
        async fn post(&self, _: &str) -> Result<(), Failure> {
            Ok(())
        }
    }

    #[async_trait]
    impl KeepDocuments for Anybody {
        async fn keep(&self, _: &str, _: &str, _: &[u8]) -> Result<(), Failure> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn who_declares_a_provider_is_given_that_one_and_no_other() {
        let anybody = Arc::new(Anybody);
        let world = Outside {
            mailer: anybody.clone(),
            chat: anybody.clone(),
            invoices: anybody,
            ..Outside::nobody()
        };
        let mail = Mail {
            to: "ada@example.com".into(),
            subject: "x".into(),
            text: "x".into(),
        };
        for (uses, given) in [
            (vec![], [false, false, false]),
            (vec![Resource::Mail], [true, false, false]),
            (vec![Resource::Secret("slack")], [false, true, false]),
            (
                vec![
                    Resource::Secret("crm"),
                    Resource::Bucket("invoices", Access::Write),
                ],
                [false, false, true],
            ),
        ] {
            let outside = world.for_who_uses(&uses);
            let done = [
                outside.mailer.send(&mail).await,
                outside.chat.post("x").await,
                outside.invoices.keep("x", "x", b"x").await,
            ];
            for (done, given) in done.iter().zip(given) {
                assert_eq!(
                    done.as_ref().err().map(Failure::class),
                    (!given).then_some("Undeclared")
                );
            }
        }
    }
}
