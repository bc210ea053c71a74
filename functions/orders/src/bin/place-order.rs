//! The Lambda function `place-order`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::endpoint(orders::place_order::function())
}
