// The part of libsrtp 3's interface that mediasoup's worker calls, over Debian's libsrtp 2.
//
// Three things differ between the two versions, as far as the worker is concerned:
// - libsrtp 3 protects from one buffer into another and counts in size_t; libsrtp 2 works in place and counts in int.
// - In libsrtp 3 a policy is an opaque handle filled by setters; in libsrtp 2 it is a struct that the caller fills.
// - libsrtp 3 renamed srtp_remove_stream to srtp_stream_remove and added two error codes.
// The functions below overload libsrtp 2's by their parameters, so both sets can be visible at once.
#pragma once

// libsrtp 2's own policy struct gives its name up to the opaque handle.
#define srtp_policy_t srtp2_policy_t
#include <srtp2/srtp.h>
#undef srtp_policy_t

#include <climits>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>

// Numbered as in libsrtp 3. libsrtp 2 never returns the second (it knows no cryptex, RFC 9335); the first is returned here.
inline constexpr auto srtp_err_status_buffer_small = static_cast<srtp_err_status_t>(28);
inline constexpr auto srtp_err_status_cryptex_err  = static_cast<srtp_err_status_t>(29);

namespace srtp_bridge
{
	// libsrtp 2's bound, 64 bytes; the longest that any profile needs is 46, AES_256_CM's 32 + 14 (RFC 6188).
	inline constexpr size_t MaxKeyAndSalt{ SRTP_MAX_KEY_LEN };

	struct Policy
	{
		srtp2_policy_t policy{};
		uint8_t keyAndSalt[MaxKeyAndSalt]{};

		// The compiler may drop a plain memset of memory that is about to be freed; it may not drop volatile writes.
		~Policy()
		{
			for (volatile uint8_t& byte : this->keyAndSalt)
			{
				byte = 0;
			}
		}
	};

	// libsrtp 2 works in place and writes at most `growth` bytes past the packet's end. Copies the packet over (unless it
	// lies there already), and checks the room first, which libsrtp 2 cannot.
	template<typename Transform>
	inline srtp_err_status_t Apply(
	  const uint8_t* in, size_t inLen, uint8_t* out, size_t* outLen, size_t growth, Transform transform)
	{
		if (inLen > INT_MAX - growth)
		{
			return srtp_err_status_bad_param;
		}

		if (*outLen < inLen + growth)
		{
			return srtp_err_status_buffer_small;
		}

		if (in != out)
		{
			std::memmove(out, in, inLen);
		}

		int len = static_cast<int>(inLen);
		const srtp_err_status_t status = transform(out, &len);

		if (status == srtp_err_status_ok)
		{
			*outLen = static_cast<size_t>(len);
		}

		return status;
	}
} // namespace srtp_bridge

using srtp_policy_t = srtp_bridge::Policy*;

inline srtp_err_status_t srtp_policy_create(srtp_policy_t* policy)
{
	*policy = new (std::nothrow) srtp_bridge::Policy();

	return *policy != nullptr ? srtp_err_status_ok : srtp_err_status_alloc_fail;
}

inline void srtp_policy_destroy(srtp_policy_t policy)
{
	delete policy;
}

inline srtp_err_status_t srtp_policy_set_ssrc(srtp_policy_t policy, srtp_ssrc_t ssrc)
{
	policy->policy.ssrc = ssrc;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_profile(srtp_policy_t policy, srtp_profile_t profile)
{
	const srtp_err_status_t status =
	  srtp_crypto_policy_set_from_profile_for_rtp(&policy->policy.rtp, profile);

	if (status != srtp_err_status_ok)
	{
		return status;
	}

	// Not the same as for RTP: AES_CM_128_HMAC_SHA1_32 keeps the 80-bit tag for RTCP (RFC 5764, section 4.1.2).
	return srtp_crypto_policy_set_from_profile_for_rtcp(&policy->policy.rtcp, profile);
}

inline srtp_err_status_t srtp_policy_add_key(
  srtp_policy_t policy,
  const uint8_t* key,
  size_t keyLen,
  const uint8_t* salt,
  size_t saltLen,
  const uint8_t* /*mki*/,
  size_t mkiLen)
{
	// DTLS-SRTP negotiates no master key identifier in WebRTC (RFC 8827), and the worker passes none.
	if (mkiLen != 0 || keyLen > srtp_bridge::MaxKeyAndSalt || saltLen > srtp_bridge::MaxKeyAndSalt - keyLen)
	{
		return srtp_err_status_bad_param;
	}

	// libsrtp 2 reads the master salt from right behind the master key.
	std::memcpy(policy->keyAndSalt, key, keyLen);
	std::memcpy(policy->keyAndSalt + keyLen, salt, saltLen);
	policy->policy.key = policy->keyAndSalt;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_allow_repeat_tx(srtp_policy_t policy, bool allow)
{
	policy->policy.allow_repeat_tx = allow ? 1 : 0;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_window_size(srtp_policy_t policy, size_t windowSize)
{
	policy->policy.window_size = windowSize;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_create(srtp_t* session, srtp_policy_t policy)
{
	// libsrtp 2 copies what it needs, so the policy may be destroyed after this.
	return srtp_create(session, static_cast<const srtp2_policy_t*>(&policy->policy));
}

// Both versions want the SSRC in network byte order.
inline srtp_err_status_t srtp_stream_remove(srtp_t session, uint32_t ssrc)
{
	return srtp_remove_stream(session, ssrc);
}

inline srtp_err_status_t srtp_protect(
  srtp_t ctx, const uint8_t* rtp, size_t rtpLen, uint8_t* srtp, size_t* srtpLen, size_t /*mkiIndex*/)
{
	return srtp_bridge::Apply(
	  rtp,
	  rtpLen,
	  srtp,
	  srtpLen,
	  SRTP_MAX_TRAILER_LEN,
	  [ctx](uint8_t* packet, int* len) { return srtp_protect(ctx, static_cast<void*>(packet), len); });
}

// SRTCP adds its index word (RFC 3711, section 3.4) to what the trailer may hold.
inline srtp_err_status_t srtp_protect_rtcp(
  srtp_t ctx, const uint8_t* rtcp, size_t rtcpLen, uint8_t* srtcp, size_t* srtcpLen, size_t /*mkiIndex*/)
{
	return srtp_bridge::Apply(
	  rtcp,
	  rtcpLen,
	  srtcp,
	  srtcpLen,
	  SRTP_MAX_TRAILER_LEN + sizeof(uint32_t),
	  [ctx](uint8_t* packet, int* len)
	  { return srtp_protect_rtcp(ctx, static_cast<void*>(packet), len); });
}

inline srtp_err_status_t srtp_unprotect(
  srtp_t ctx, const uint8_t* srtp, size_t srtpLen, uint8_t* rtp, size_t* rtpLen)
{
	return srtp_bridge::Apply(
	  srtp,
	  srtpLen,
	  rtp,
	  rtpLen,
	  0,
	  [ctx](uint8_t* packet, int* len) { return srtp_unprotect(ctx, static_cast<void*>(packet), len); });
}

inline srtp_err_status_t srtp_unprotect_rtcp(
  srtp_t ctx, const uint8_t* srtcp, size_t srtcpLen, uint8_t* rtcp, size_t* rtcpLen)
{
	return srtp_bridge::Apply(
	  srtcp,
	  srtcpLen,
	  rtcp,
	  rtcpLen,
	  0,
	  [ctx](uint8_t* packet, int* len)
	  { return srtp_unprotect_rtcp(ctx, static_cast<void*>(packet), len); });
}
