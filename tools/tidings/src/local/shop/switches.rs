//! The providers' switches: well, slow, failing, down, refusing.

use std::{collections::BTreeMap, time::Duration};

use axum::{
    Form,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};

use super::page::Here;
use crate::local::outside::{Mishap, PROVIDERS};

/// How a provider is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Condition {
    Well,
    Slow,
    Failing,
    Down,
    Refusing,
}

impl Condition {
    pub(super) const ALL: [Self; 5] = [Self::Well, Self::Slow, Self::Failing, Self::Down, Self::Refusing];

    /// As a form sends it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::Slow => "slow",
            Self::Failing => "failing",
            Self::Down => "down",
            Self::Refusing => "refusing",
        }
    }

    /// In words.
    pub(super) fn told(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::Slow => "slow (2 s)",
            Self::Failing => "fails every third",
            Self::Down => "down",
            Self::Refusing => "refuses for good",
        }
    }

    fn mishap(self) -> Mishap {
        let well = Mishap::default();
        match self {
            Self::Well => well,
            Self::Slow => Mishap {
                slow: Duration::from_secs(2),
                ..well
            },
            Self::Failing => Mishap {
                fail: 1.0 / 3.0,
                ..well
            },
            Self::Down => Mishap { fail: 1.0, ..well },
            Self::Refusing => Mishap { refuse: true, ..well },
        }
    }
}

/// How a provider is that this befalls; none where it was made so by `--slow` or `--fail`.
pub(super) fn condition(mishap: Mishap) -> Option<Condition> {
    Condition::ALL
        .into_iter()
        .find(|condition| condition.mishap() == mishap)
}

/// Sets the providers that are named.
pub(super) async fn set(State(here): State<Here>, Form(said): Form<BTreeMap<String, String>>) -> Response {
    let mut changes = Vec::new();
    for (name, state) in &said {
        let provider = PROVIDERS.into_iter().find(|provider| provider == name);
        let condition = Condition::ALL.into_iter().find(|one| one.as_str() == state);
        match (provider, condition) {
            (Some(provider), Some(condition)) => changes.push((provider, condition)),
            // It stays as it is.
            (Some(_), None) if state.is_empty() => {}
            _ => {
                let why = format!("{name} cannot be {state}\n");
                return (StatusCode::UNPROCESSABLE_ENTITY, why).into_response();
            }
        }
    }
    for (provider, condition) in changes {
        here.shop.mishaps.set(provider, condition.mishap());
    }
    here.shop.feed.touch();
    Redirect::to("/").into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_known_by_what_it_makes_of_a_provider() {
        for one in Condition::ALL {
            assert_eq!(condition(one.mishap()), Some(one));
        }
        let own = Mishap {
            slow: Duration::from_secs(7),
            ..Mishap::default()
        };
        assert_eq!(condition(own), None);
    }
}
