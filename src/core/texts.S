/* The catalogues of texts, as they are, in read-only data. CMakeLists.txt names the folder. */
    .section .rodata

    .global tandem_texts_en_begin, tandem_texts_en_end
tandem_texts_en_begin:
    .incbin "en.json"
tandem_texts_en_end:

    .global tandem_texts_zh_begin, tandem_texts_zh_end
tandem_texts_zh_begin:
    .incbin "zh.json"
tandem_texts_zh_end:

    .section .note.GNU-stack, "", %progbits
