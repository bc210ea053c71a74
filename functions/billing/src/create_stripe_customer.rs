//! `create-stripe-customer`: makes whoever has signed up known to the payment provider.
//!
//! Leased: it is an effect outside, and the provider knows the sign-up by the idempotency key. Who has been erased is not told of, and the event
//! is done. What the provider was told in the clear an erasure does not reach: the table says which customer of his is to be deleted.

use std::sync::Arc;

use serde_json::json;
use storefront_contracts::UserSignedUp;
use storefront_providers::{CreateCustomers, NewCustomer, customers};
use tidings_aws::ConsumerFunction;
use tidings_core::{
    Condition, Consumer, Context, Effects, Failure, Leased, Repeat, Unread,
    catalogue::{Access, Resource, Table},
    consumer::guarantee,
    effects::Otherwise,
};
use tracing::info;

/// The payment provider's customers, by user.
pub const PAYMENT_CUSTOMERS: Table = Table::new("payment-customers", crate::SERVICE, "userId");

/// The consumer.
pub struct CreateStripeCustomer {
    /// Makes customers known.
    pub customers: Arc<dyn CreateCustomers>,
}

impl Consumer for CreateStripeCustomer {
    const NAME: &'static str = "create-stripe-customer";
    const SERVICE: &'static str = crate::SERVICE;
    const USES: &'static [Resource] = &[
        Resource::Table(&PAYMENT_CUSTOMERS, Access::Write),
        Resource::Personal(Access::Read),
        Resource::Secret("stripe"),
    ];
    type Event = UserSignedUp;
    type Guarantee = guarantee::Leased;
}

/// The Lambda function `create-stripe-customer`.
#[must_use]
pub fn function() -> ConsumerFunction<CreateStripeCustomer> {
    ConsumerFunction::new(async |setting| {
        Ok(CreateStripeCustomer {
            customers: customers(setting).await?,
        })
    })
}

impl Leased for CreateStripeCustomer {
    const REPEAT: Repeat = Repeat::ProviderKey;

    async fn perform(&self, user: UserSignedUp, context: &Context) -> Result<Effects, Failure> {
        let (name, email) = match (user.name.read(), user.email.read()) {
            (Ok(name), Ok(email)) => (name.clone(), email.clone()),
            (Err(Unread::Erased), _) | (_, Err(Unread::Erased)) => {
                info!(
                    user_id = user.user_id,
                    "no customer is made: who signed up has been erased"
                );
                return Ok(Effects::none().unasked());
            }
            (Err(sealed @ Unread::Sealed), _) | (_, Err(sealed @ Unread::Sealed)) => {
                return Err(Failure::permanent(sealed.to_string()).of_class("Sealed"));
            }
        };
        let user_id = user.user_id.clone();
        let customer = NewCustomer { user_id, name, email };
        let customer_id = self
            .customers
            .create(&customer, &context.idempotency_key().to_string())
            .await?;
        let known = json!({
            "userId": user.user_id,
            "customerId": customer_id,
            "created": context.now,
        });
        let once = Condition::Absent(PAYMENT_CUSTOMERS.partition_key);
        Ok(Effects::none().put_if(&PAYMENT_CUSTOMERS, &known, once, Otherwise::Superseded)?)
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, sync::Mutex, time::Duration};

    use storefront_contracts::Plan;
    use tidings_testkit::{Bench, Death, Ended, given, time::MOMENT};

    use super::*;

    /// Makes one customer a key, or refuses.
    #[derive(Default)]
    struct Books {
        made: Mutex<BTreeMap<String, NewCustomer>>,
        asked: Mutex<usize>,
        refuses: Option<Failure>,
    }

    #[async_trait::async_trait]
    impl CreateCustomers for Books {
        async fn create(&self, customer: &NewCustomer, key: &str) -> Result<String, Failure> {
            *self.asked.lock().unwrap() += 1;
            if let Some(failure) = &self.refuses {
                return Err(failure.clone());
            }
            let mut made = self.made.lock().unwrap();
            made.entry(key.to_owned()).or_insert_with(|| customer.clone());
            Ok(format!("cus_{}", customer.user_id))
        }
    }

    fn create(books: &Arc<Books>) -> CreateStripeCustomer {
        CreateStripeCustomer {
            customers: books.clone(),
        }
    }

    fn ada() -> UserSignedUp {
        UserSignedUp {
            user_id: "u-1".into(),
            name: "Ada".into(),
            email: "ada@example.com".into(),
            plan: Plan::Plus,
        }
    }

    #[tokio::test]
    async fn who_signs_up_is_one_customer_whatever_dies() {
        let bench = Bench::open().await;
        let books: Arc<Books> = Arc::default();
        let worker = bench.worker(create(&books)).await;
        let signed_up = bench.sealed(&ada()).await;
        worker
            .deliver_and_die(Death::BeforeCompletion, [&signed_up])
            .await;
        bench.pass(Duration::from_secs(60));
        assert_eq!(
            worker.deliver([&signed_up, &signed_up]).await,
            [Ended::Done, Ended::Duplicate]
        );
        let made = books.made.lock().unwrap().clone();
        let made: Vec<_> = made
            .values()
            .map(|customer| (customer.name.as_str(), customer.email.as_str()))
            .collect();
        assert_eq!(made, [("Ada", "ada@example.com")]);
        assert_eq!(*books.asked.lock().unwrap(), 2, "each time by the same key");
        let rows = bench.rows(&PAYMENT_CUSTOMERS).await;
        assert_eq!((rows.len(), &rows[0]["customerId"]), (1, &json!("cus_u-1")));
        assert!(!json!(rows).to_string().contains("Ada"));
    }

    #[tokio::test]
    async fn the_provider_is_not_told_of_who_has_been_erased() {
        let bench = Bench::open().await;
        let books: Arc<Books> = Arc::default();
        let signed_up = bench.sealed(&ada()).await;
        bench.person_keys().forget("u-1", MOMENT).await.unwrap();
        let worker = bench.worker(create(&books)).await;
        assert_eq!(worker.deliver([&signed_up]).await, [Ended::Done]);
        assert_eq!(*books.asked.lock().unwrap(), 0);
        assert!(bench.rows(&PAYMENT_CUSTOMERS).await.is_empty());
    }

    #[tokio::test]
    async fn a_name_that_nobody_has_opened_is_a_mistake() {
        let bench = Bench::open().await;
        let failed = bench.sealed(&ada()).await.by(&create(&Arc::default())).await;
        assert_eq!(failed.failure().map(Failure::class), Some("Sealed"));
    }

    #[tokio::test]
    async fn what_the_provider_says_of_a_failure_is_what_becomes_of_the_event() {
        let refuses = |failure| {
            Arc::new(Books {
                refuses: Some(failure),
                ..Books::default()
            })
        };
        let limited = refuses(Failure::transient("429"));
        given(&ada()).by(&create(&limited)).await.fails_for_now("429");
        let wrong = refuses(Failure::permanent("no such mail address"));
        given(&ada())
            .by(&create(&wrong))
            .await
            .fails_for_good("no such mail address");
    }
}
