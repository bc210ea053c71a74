//! The Lambda function `cancel-order`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::endpoint(orders::cancel_order::function())
}
