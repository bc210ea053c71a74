//! `sync-crm`: what those who care for customers are to know: who somebody is, and what they ordered.
//!
//! Leased, with the notice's id as the receiver's key: the same for every try. Notices come in any order, as events do; each says of which kind of
//! aggregate it is (`aggregate`) and which number of its history (`version`), so that an older name does not overwrite a newer one. Versions are
//! compared within an aggregate: what a person is called is told by two, `user` and `customer`, each with numbers of its own. Across them the
//! later `time` counts, which is a clock's.
//!
//! Of who has been erased the CRM hears nothing any more, not even an order without an address: a record there would be one of a person who
//! is to be forgotten. It is told no postal address, which is the warehouse's business.

use std::sync::Arc;

use serde_json::{Value, json};
use storefront_contracts::{CustomerUpdated, OrderPlaced, UserEmailChanged, UserRenamed, UserSignedUp};
use storefront_providers::{Notice, Notify, crm};
use tidings_aws::ConsumerFunction;
use tidings_core::{
    Consumer, Context, Effects, Event as _, Failure, Leased, Repeat, Unread,
    catalogue::{Access, Resource},
    consumer::guarantee,
    events,
};
use tracing::info;

events! {
    /// What a CRM is told.
    pub enum AboutCustomers { UserSignedUp, UserRenamed, UserEmailChanged, CustomerUpdated, OrderPlaced }
}

/// The consumer.
pub struct SyncCrm {
    /// Who is told.
    pub crm: Arc<dyn Notify>,
}

impl Consumer for SyncCrm {
    const NAME: &'static str = "sync-crm";
    const SERVICE: &'static str = crate::SERVICE;
    const USES: &'static [Resource] = &[Resource::Secret("crm"), Resource::Personal(Access::Read)];
    type Event = AboutCustomers;
    type Guarantee = guarantee::Leased;
}

/// The Lambda function `sync-crm`.
#[must_use]
pub fn function() -> ConsumerFunction<SyncCrm> {
    ConsumerFunction::new(async |setting| {
        Ok(SyncCrm {
            crm: crm(setting).await?,
        })
    })
}

impl Leased for SyncCrm {
    const REPEAT: Repeat = Repeat::ProviderKey;

    async fn perform(&self, event: AboutCustomers, context: &Context) -> Result<Effects, Failure> {
        let (kind, mut data) = match told(&event) {
            Ok(told) => told,
            Err(Unread::Erased) => {
                info!("the CRM is not told: the customer has been erased");
                return Ok(Effects::none().unasked());
            }
            Err(sealed @ Unread::Sealed) => {
                return Err(Failure::permanent(sealed.to_string()).of_class("Sealed"));
            }
        };
        data["aggregate"] = json!(context.envelope.aggregatetype);
        data["version"] = json!(context.envelope.aggregateversion);
        data["time"] = json!(context.envelope.time);
        let id = context.idempotency_key().to_string();
        self.crm.notify(&Notice { id, kind, data }).await?;
        Ok(Effects::none())
    }
}

/// What kind of notice it is, and what it says.
fn told(event: &AboutCustomers) -> Result<(&'static str, Value), Unread> {
    Ok(match event {
        AboutCustomers::UserSignedUp(user) => (
            UserSignedUp::TYPE,
            json!({ "customerId": user.user_id, "name": user.name.read()?, "email": user.email.read()?, "plan": user.plan }),
        ),
        AboutCustomers::UserRenamed(user) => (
            UserRenamed::TYPE,
            json!({ "customerId": user.user_id, "name": user.name.read()? }),
        ),
        AboutCustomers::UserEmailChanged(user) => (
            UserEmailChanged::TYPE,
            json!({ "customerId": user.user_id, "email": user.email.read()? }),
        ),
        AboutCustomers::CustomerUpdated(customer) => {
            let phone = customer.phone.as_ref().map(|phone| phone.read()).transpose()?;
            let (name, email) = (customer.name.read()?, customer.email.read()?);
            let data =
                json!({ "customerId": customer.customer_id, "name": name, "email": email, "phone": phone });
            (CustomerUpdated::TYPE, data)
        }
        AboutCustomers::OrderPlaced(order) => {
            let (id, email) = (&order.order_id, order.email.read()?);
            let data = json!({ "orderId": id, "customerId": order.user_id, "email": email, "total": order.total,
                "items": order.items });
            (OrderPlaced::TYPE, data)
        }
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use storefront_contracts::{Currency, Money, Plan, PostalAddress};
    use tidings_testkit::{Bench, Ended, given, time::MOMENT};

    use super::*;

    /// Keeps what it is told.
    #[derive(Default)]
    struct Crm(Mutex<Vec<Notice>>);

    #[async_trait::async_trait]
    impl Notify for Crm {
        async fn notify(&self, notice: &Notice) -> Result<(), Failure> {
            self.0.lock().unwrap().push(notice.clone());
            Ok(())
        }
    }

    impl Crm {
        fn notices(&self) -> Vec<Notice> {
            self.0.lock().unwrap().clone()
        }
    }

    fn consumer() -> (Arc<Crm>, SyncCrm) {
        let crm: Arc<Crm> = Arc::default();
        (crm.clone(), SyncCrm { crm })
    }

    fn signed_up() -> UserSignedUp {
        UserSignedUp {
            user_id: "u-1".into(),
            name: "Ada".into(),
            email: "ada@example.com".into(),
            plan: Plan::Plus,
        }
    }

    fn renamed() -> UserRenamed {
        UserRenamed {
            user_id: "u-1".into(),
            name: "Countess".into(),
        }
    }

    fn placed() -> OrderPlaced {
        OrderPlaced {
            order_id: "o-1".into(),
            user_id: "u-1".into(),
            email: "ada@example.com".into(),
            total: Money {
                amount: 500,
                currency: Currency::EUR,
            },
            items: Vec::new(),
        }
    }

    #[tokio::test]
    async fn each_notice_says_who_and_what_and_which_of_the_history_it_is() {
        let (crm, consumer) = consumer();
        let at = "2026-01-15T10:00:00Z";
        given(&signed_up()).at(at).by(&consumer).await.does_nothing_else();
        given(&renamed())
            .version(2)
            .at(at)
            .by(&consumer)
            .await
            .does_nothing_else();
        given(&placed()).at(at).by(&consumer).await.does_nothing_else();
        let told: Vec<_> = crm
            .notices()
            .into_iter()
            .map(|notice| (notice.kind, notice.data))
            .collect();
        let total = json!({ "amount": 500, "currency": "EUR" });
        let expected = [
            (
                "user.signed_up",
                json!({ "customerId": "u-1", "name": "Ada", "email": "ada@example.com", "plan": "plus", "aggregate": "user", "version": 1,
                    "time": at }),
            ),
            (
                "user.renamed",
                json!({ "customerId": "u-1", "name": "Countess", "aggregate": "user", "version": 2, "time": at }),
            ),
            (
                "order.placed",
                json!({ "orderId": "o-1", "customerId": "u-1", "email": "ada@example.com", "total": total, "items": [],
                    "aggregate": "order", "version": 1, "time": at }),
            ),
        ];
        assert_eq!(told, expected);
    }

    #[tokio::test]
    async fn a_customers_postal_address_is_not_told() {
        let (crm, consumer) = consumer();
        let address = PostalAddress {
            lines: vec!["Secret Lane 7".into()],
            postal_code: String::new(),
            city: "London".into(),
            country: "GB".into(),
        };
        let customer = CustomerUpdated {
            customer_id: "u-1".into(),
            name: "Ada".into(),
            email: "ada@example.com".into(),
            phone: Some("+44 1".into()),
            address: address.into(),
        };
        given(&customer).by(&consumer).await.does_nothing_else();
        let notices = crm.notices();
        assert_eq!(notices[0].data["phone"], "+44 1");
        assert_eq!(notices[0].data["aggregate"], "customer");
        assert!(
            !notices[0].data.to_string().contains("Secret Lane"),
            "{notices:?}"
        );
    }

    #[tokio::test]
    async fn sealed_events_are_opened_and_of_who_has_been_erased_nothing_is_told() {
        let bench = Bench::open().await;
        let (crm, consumer) = consumer();
        let worker = bench.worker(consumer).await;
        let (user, order) = (bench.sealed(&signed_up()).await, bench.sealed(&placed()).await);
        assert_eq!(worker.deliver([&user]).await, [Ended::Done]);
        assert_eq!(crm.notices()[0].data["name"], "Ada");

        bench.person_keys().forget("u-1", MOMENT).await.unwrap();
        let later = bench.worker(SyncCrm { crm: crm.clone() }).await;
        let again = user.id("another event");
        assert_eq!(later.deliver([again, order]).await, [Ended::Done, Ended::Done]);
        assert_eq!(crm.notices().len(), 1, "no other notice");
    }

    #[tokio::test]
    async fn a_value_that_nobody_has_opened_is_a_mistake_and_no_reason_to_tell_nothing() {
        let bench = Bench::open().await;
        let (crm, consumer) = consumer();
        let failed = bench.sealed(&renamed()).await.by(&consumer).await;
        assert_eq!(failed.failure().map(Failure::class), Some("Sealed"));
        assert!(crm.notices().is_empty());
    }
}
