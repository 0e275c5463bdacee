package dev.waxwing.channel;

/**
 * What a channel has carried so far.
 *
 * @param recordsSent records sent under the current sending key
 * @param recordsReceived records received under the current receiving key
 * @param keyBytesSent bytes of records sent under the current sending key
 * @param keyBytesReceived bytes of records received under the current receiving key
 * @param bytesSent bytes on the wire, since the connection was made
 * @param bytesReceived bytes on the wire, since the connection was made
 */
public record ChannelCounters(
        long recordsSent,
        long recordsReceived,
        long keyBytesSent,
        long keyBytesReceived,
        long bytesSent,
        long bytesReceived) {}
