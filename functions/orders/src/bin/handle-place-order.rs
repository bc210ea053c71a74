//! The Lambda function `handle-place-order`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::consumer(orders::handle_place_order::function())
}
