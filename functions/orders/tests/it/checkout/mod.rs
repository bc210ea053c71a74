//! The checkout, step by step, in a crowd, and swept.

mod crowd;
mod shop;
mod steps;
mod sweeping;
