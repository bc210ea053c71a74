//! Every event, command and answer has a service that owns it.

use std::collections::{BTreeMap, BTreeSet};

use tidings_aws::System;
use tidings_core::contract::Kind;

fn storefront() -> System {
    [
        orders::service(),
        accounts::service(),
        billing::service(),
        shipping::service(),
        notifications::service(),
        insights::service(),
        platform::service(),
    ]
    .into_iter()
    .fold(System::new("storefront"), System::service)
}

#[test]
fn what_is_published_or_handled_is_owned_by_one_of_those_who_do_and_nothing_else_is_owned() {
    let storefront = storefront();
    let mut speakers = BTreeMap::<_, BTreeSet<_>>::new();
    for (name, service) in storefront.spoken() {
        speakers.entry(name.to_owned()).or_default().insert(service);
    }
    let mut contracts = storefront.contracts();
    contracts.retain(|contract| contract.kind != Kind::Answer);
    let owned: Vec<_> = contracts.iter().map(|contract| &contract.name).collect();
    let spoken: Vec<_> = speakers.keys().collect();
    assert_eq!(BTreeSet::from_iter(owned), BTreeSet::from_iter(spoken));
    for contract in &contracts {
        let speakers = &speakers[&contract.name];
        assert!(
            speakers.contains(contract.service),
            "{} is of {}, and spoken by {speakers:?}",
            contract.name,
            contract.service
        );
    }
}

#[test]
fn a_contract_has_one_owner() {
    let contracts = storefront().contracts();
    let names: BTreeSet<_> = contracts.iter().map(|contract| &contract.name).collect();
    assert_eq!(names.len(), contracts.len(), "each once");
}
