package dev.ripcord.server;

import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelFutureListener;
import io.grpc.netty.shaded.io.netty.handler.codec.http.DefaultHttpContent;
import io.grpc.netty.shaded.io.netty.handler.codec.http.LastHttpContent;

/**
 * An answer that goes on. Whoever writes only while it {@link #isReady} keeps no more in memory
 * than one write. All methods may be called from any thread, and none blocks; what is told is told
 * on the connection's thread and must not block either.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // a write that fails closes the connection, which is told
public final class HttpStream {
  private final Channel channel;
  private volatile Runnable onReady = () -> {};

  HttpStream(Channel channel) {
    this.channel = channel;
  }

  /** Whether the reader has taken nearly all of what was written, and is there. */
  public boolean isReady() {
    return channel.isActive() && channel.isWritable();
  }

  /** Whether somebody is there. */
  public boolean isOpen() {
    return channel.isActive();
  }

  /** Sends some more; nothing happens if nobody is there. */
  public void write(byte[] bytes) {
    channel.writeAndFlush(
        new DefaultHttpContent(Unpooled.wrappedBuffer(bytes)), channel.voidPromise());
  }

  /** Calls {@code action} each time it becomes ready after it was not. */
  public void onReady(Runnable action) {
    onReady = action;
  }

  /** Calls {@code action} once the connection is closed, by whom ever; now if it is. */
  public void onClosed(Runnable action) {
    channel.closeFuture().addListener(closed -> action.run());
  }

  /** Ends it well, after what was written. */
  public void end() {
    channel
        .writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT)
        .addListener(ChannelFutureListener.CLOSE);
  }

  /** Ends it at once. */
  public void cut() {
    channel.close();
  }

  void ready() {
    onReady.run();
  }
}
