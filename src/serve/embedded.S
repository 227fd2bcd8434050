/* The files of the live page, as they are, in read-only data. CMakeLists.txt names the folders. */
    .section .rodata

    .global tandem_live_page_begin, tandem_live_page_end
tandem_live_page_begin:
    .incbin "page/live.html"
tandem_live_page_end:

    .global tandem_live_style_begin, tandem_live_style_end
tandem_live_style_begin:
    .incbin "dist/uPlot.min.css"
    .ascii "\n"
    .incbin "report/page/page.css"
    .incbin "page/live.css"
tandem_live_style_end:

    .global tandem_live_script_begin, tandem_live_script_end
tandem_live_script_begin:
    .ascii "/* uPlot.\n"
    .incbin "LICENSE"
    .ascii "*/\n'use strict';\n"
    .incbin "dist/uPlot.iife.min.js"
    .ascii "\nconst catalogue = "
    .incbin "texts/en.json"
    .ascii ";\n"
    .incbin "report/page/texts.js"
    .incbin "report/page/dom.js"
    .incbin "report/page/format.js"
    .incbin "page/follow.js"
    .incbin "page/figures.js"
    .incbin "page/live.js"
tandem_live_script_end:

    .section .note.GNU-stack, "", %progbits
