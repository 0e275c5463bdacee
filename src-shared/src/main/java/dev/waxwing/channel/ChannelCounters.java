package dev.waxwing.channel;

/**
 * What a channel has carried so far.
 *
 * @param recordsSent records sent under the current sending key
 * @param recordsReceived records received under the current receiving key
 * @param bytesSent bytes on the wire, since the connection was made
 * @param bytesReceived bytes on the wire, since the connection was made
 */
public record ChannelCounters(long recordsSent, long recordsReceived, long bytesSent, long bytesReceived) {}
