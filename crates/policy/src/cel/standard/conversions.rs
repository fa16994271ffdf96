//! Which functions turn a value into one of another type?

use crate::cel::types::Type;
use crate::cel::{Error, Function, Value, cost};

#[rustfmt::skip]
pub(super) const CONVERSIONS: &[Function] = &[
    Function::new("type", "type(A) -> type(A)", type_of).unguarded(),
    Function::new("to_dyn", "dyn(A) -> dyn", same).unguarded(),
    Function::new("bool_to_bool", "bool(bool) -> bool", to_bool),
    Function::new("string_to_bool", "bool(string) -> bool", to_bool),
    Function::new("bytes_to_bytes", "bytes(bytes) -> bytes", to_bytes),
    Function::new("string_to_bytes", "bytes(string) -> bytes", to_bytes).overload_cost(cost::first),
    Function::new("double_to_double", "double(double) -> double", to_double),
    Function::new("int64_to_double", "double(int) -> double", to_double),
    Function::new("string_to_double", "double(string) -> double", to_double),
    Function::new("uint64_to_double", "double(uint) -> double", to_double),
    Function::new("duration_to_duration", "duration(duration) -> duration", to_duration),
    Function::new("string_to_duration", "duration(string) -> duration", to_duration),
    Function::new("int64_to_int64", "int(int) -> int", to_int),
    Function::new("double_to_int64", "int(double) -> int", to_int),
    Function::new("duration_to_int64", "int(duration) -> int", to_int),
    Function::new("string_to_int64", "int(string) -> int", to_int),
    Function::new("timestamp_to_int64", "int(timestamp) -> int", to_int),
    Function::new("uint64_to_int64", "int(uint) -> int", to_int),
    Function::new("string_to_string", "string(string) -> string", to_string),
    Function::new("bool_to_string", "string(bool) -> string", to_string),
    Function::new("bytes_to_string", "string(bytes) -> string", to_string).overload_cost(cost::first),
    Function::new("double_to_string", "string(double) -> string", to_string),
    Function::new("duration_to_string", "string(duration) -> string", to_string),
    Function::new("int64_to_string", "string(int) -> string", to_string),
    Function::new("timestamp_to_string", "string(timestamp) -> string", to_string),
    Function::new("uint64_to_string", "string(uint) -> string", to_string),
    Function::new("timestamp_to_timestamp", "timestamp(timestamp) -> timestamp", to_timestamp),
    Function::new("int64_to_timestamp", "timestamp(int) -> timestamp", to_timestamp),
    Function::new("string_to_timestamp", "timestamp(string) -> timestamp", to_timestamp),
    Function::new("uint64_to_uint64", "uint(uint) -> uint", to_uint),
    Function::new("double_to_uint64", "uint(double) -> uint", to_uint),
    Function::new("int64_to_uint64", "uint(int) -> uint", to_uint),
    Function::new("string_to_uint64", "uint(string) -> uint", to_uint),
];

fn convert<'a>(arguments: &[Value<'a>], to: &Type) -> Result<Value<'a>, Error> {
    arguments.first().ok_or_else(Error::no_such_overload)?.convert(to)
}

fn same<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    arguments.first().cloned().ok_or_else(Error::no_such_overload)
}

fn type_of<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    convert(arguments, &Type::Type(None))
}

fn to_bool<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    convert(arguments, &Type::Bool)
}

fn to_bytes<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    convert(arguments, &Type::Bytes)
}

fn to_double<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    convert(arguments, &Type::Double)
}

fn to_duration<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    convert(arguments, &Type::Duration)
}

fn to_int<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    convert(arguments, &Type::Int)
}

fn to_string<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    convert(arguments, &Type::String)
}

fn to_timestamp<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    convert(arguments, &Type::Timestamp)
}

fn to_uint<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    convert(arguments, &Type::Uint)
}
