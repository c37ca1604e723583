// The hash containers that mediasoup's worker names, made of the standard library's.
//
// The worker is written against ankerl::unordered_dense, a header that Debian does not package. It uses three names of it:
// `map`, `set` and `hash`, all with the interface of std::unordered_map, std::unordered_set and std::hash. The standard
// containers promise more (references stay valid), so every use of the original is a correct use of them; what is given up
// is some cache locality in tables that hold, at most, the streams of a transport.
#pragma once

#include <functional>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace ankerl::unordered_dense
{
	template<typename T>
	using hash = std::hash<T>;

	template<
	  typename Key,
	  typename T,
	  typename Hash      = hash<Key>,
	  typename KeyEqual  = std::equal_to<Key>,
	  typename Allocator = std::allocator<std::pair<const Key, T>>>
	using map = std::unordered_map<Key, T, Hash, KeyEqual, Allocator>;

	template<
	  typename Key,
	  typename Hash      = hash<Key>,
	  typename KeyEqual  = std::equal_to<Key>,
	  typename Allocator = std::allocator<Key>>
	using set = std::unordered_set<Key, Hash, KeyEqual, Allocator>;
} // namespace ankerl::unordered_dense
