#!/bin/sh
# Makes demo/waxwing.jpg and demo/waxwing.mp4 anew. Needs a JDK 25 as JAVA_HOME and ffmpeg with libx264.
set -eu
cd "$(dirname -- "$0")"
java="${JAVA_HOME:?set JAVA_HOME to a JDK 25}/bin/java -Djava.awt.headless=true"

$java Scene.java photo ../waxwing.jpg

# 168 frames at 24 a second: 7 seconds.
$java Scene.java frames 960 540 168 24 |
    ffmpeg -hide_banner -loglevel error -y -f rawvideo -pixel_format rgb24 -video_size 960x540 -framerate 24 -i - \
        -vf "noise=alls=3:allf=t,scale=out_color_matrix=bt709:out_range=tv" -c:v libx264 -preset slow -crf 19 -profile:v high -level 3.1 -pix_fmt yuv420p \
        -colorspace bt709 -color_primaries bt709 -color_trc bt709 \
        -metadata title='A waxwing at dawn' -movflags +faststart ../waxwing.mp4
