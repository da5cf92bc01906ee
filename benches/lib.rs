//! Benches of the model-fitting core and of reading; the library itself is empty.
