//! What is said of events beside the types that write and read them, which `storefront-contracts`
//! tests.

mod invocations;
mod owners;
